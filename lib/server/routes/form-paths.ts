import 'server-only';
import { safeNextPath } from '@/lib/core/http/safe-redirect';
import { env } from '@/lib/server/config/env';
import type { FailedAnswer, FormFields } from './route-handler';

/** Where the `next` field of a form leads. */
export function nextOf(fields: FormFields): string {
  const { next } = fields;
  return safeNextPath(typeof next === 'string' ? next : null, env().appOrigin);
}

/** The page of a form with what went wrong in its query: codes and field names only, never what was typed. */
export function backToForm(path: string, answer: FailedAnswer, fields: FormFields): string {
  const query = new URLSearchParams({ error: answer.code });
  const { errors, retryAfterSeconds } = answer.details ?? {};
  if (errors) query.set('fields', errors.map(({ field, code }) => `${field}:${code}`).join(','));
  if (retryAfterSeconds !== undefined) query.set('retry', String(Math.ceil(retryAfterSeconds)));
  if (typeof fields['next'] === 'string') query.set('next', nextOf(fields));
  return `${path}?${query}`;
}
