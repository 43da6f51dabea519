import { isProblemCode, PROBLEMS } from '@/lib/core/http/problem';
import { type Faults, NO_FAULTS } from './faults';
import { problemText } from './problem-text';

/**
 * Query of a page that a plain form's 303 led back to: `error` is a problem code, `fields` is `field:code` pairs
 * separated by commas, `retry` a wait in seconds.
 */
export type FormQuery = { readonly [name: string]: string | string[] | undefined };

/** The single value of a query member; undefined when it is missing or there several times. */
export const single = (value: string | string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** Field → the sentence for a refusal with `code`. */
export type FieldTexts = Readonly<Record<string, (code: string) => string>>;

/**
 * The faults that a scripts-off answer named. Strangers can write the query: it only picks among sentences of ours.
 */
export function initialFaults(query: FormQuery, fieldTexts: FieldTexts): Faults {
  const code = single(query['error']);
  if (code === undefined) return NO_FAULTS;
  const fields: Record<string, string> = {};
  for (const pair of (single(query['fields']) ?? '').split(',')) {
    const [field = '', fault = ''] = pair.split(':');
    if (Object.hasOwn(fieldTexts, field)) fields[field] ??= fieldTexts[field]?.(fault) ?? '';
  }
  const retry = single(query['retry']);
  const wait = retry !== undefined && /^\d{1,5}$/.test(retry) ? Number(retry) : null;
  const summary =
    Object.keys(fields).length > 0 ? null : problemText(code, wait, isProblemCode(code) ? PROBLEMS[code][1] : null);
  return { code, summary, fields, waitSeconds: code === 'too_many_attempts' ? wait : null, attempt: 1 };
}
