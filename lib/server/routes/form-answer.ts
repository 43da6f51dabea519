import 'server-only';
import { PRIVATE_HEADERS } from '@/lib/core/http/problem';
import { isCarriable, safeNextPath } from '@/lib/core/http/safe-redirect';
import { env } from '@/lib/server/config/env';
import type { Answer, ErrorAnswer, Problem } from './answer';

/** What a form sent, not validated. */
export type FormFields = Readonly<Record<string, unknown>>;

/** Where a plain HTML form is led, by what happened: the way pages work with scripts off. */
export type FormPaths<E extends ErrorAnswer> = {
  success(fields: FormFields, answer: Answer<E>): string;
  failure(error: E, fields: FormFields): string | Promise<string>;
};

/** 303 to the page that shows what became of a form. */
export async function seeOther<E extends ErrorAnswer>(
  answer: Answer<E>,
  paths: FormPaths<E>,
  fields: FormFields,
): Promise<Response> {
  const location = answer.kind === 'error' ? await paths.failure(answer, fields) : paths.success(fields, answer);
  const own = answer.kind === 'empty' ? Object.fromEntries(new Headers(answer.headers)) : {};
  return new Response(null, { status: 303, headers: { ...PRIVATE_HEADERS, ...own, location } });
}

/** Where the `next` field of a form leads. */
export function nextOf(fields: FormFields): string {
  const { next } = fields;
  return safeNextPath(typeof next === 'string' ? next : null, env().appOrigin);
}

/** The page of a form with what went wrong in its query: codes and field names only, never what was typed. */
export function backToForm(path: string, { code, details = {} }: Problem, fields: FormFields): string {
  const query = new URLSearchParams({ error: code });
  const { errors, retryAfterSeconds } = details;
  if (errors) query.set('fields', errors.map(({ field, code: fault }) => `${field}:${fault}`).join(','));
  if (retryAfterSeconds !== undefined) query.set('retry', String(Math.ceil(retryAfterSeconds)));
  const next = nextOf(fields);
  if (typeof fields['next'] === 'string' && isCarriable(next)) query.set('next', next);
  return `${path}?${query}`;
}

/** As `backToForm`, for the page of a mailed link: it needs the token once more. */
export const backToLink =
  (path: string) =>
  (problem: Problem, fields: FormFields): string => {
    const back = backToForm(path, problem, fields);
    const { token } = fields;
    return typeof token === 'string' ? `${back}&token=${encodeURIComponent(token)}` : back;
  };

/** As `backToForm`, for a page that asks for a code: for a recovery code once more, where one was asked for. */
export const backToProof =
  (path: string) =>
  (problem: Problem, fields: FormFields): string => {
    const back = backToForm(path, problem, fields);
    return fields['with'] === 'recovery' ? `${back}&with=recovery` : back;
  };
