import 'server-only';
import { z } from 'zod';
import { normalizeEmail } from '@/lib/core/email';
import type { FieldFault } from '@/lib/core/http/problem';
import { ROLES } from '@/lib/core/token/claims';
import { isAuditType } from '@/lib/server/audit/event-words';
import { fieldFaults } from '@/lib/server/http/request-body';
import { isPlaceOf } from '@/lib/server/users/user-list';
import { type Problem, problem } from './answer';

export const MAX_SEARCH_LENGTH = 254;
const MIN_SEARCH_LENGTH = 2;
export const MAX_REASON_LENGTH = 200;

/** A field of a filter form that was left as it is says nothing. */
const orNothing = <T>(schema: z.ZodType<T>) =>
  z
    .literal('')
    .transform(() => null)
    .or(schema)
    .nullish()
    .transform((value) => value ?? null);

/** The beginning of an address in its one spelling, as far as one can tell of a part; or an id, which has capitals. */
const search = z
  .string()
  .trim()
  .refine((text) => !/[\p{C}\s]/u.test(text), 'Type the beginning of an address, or an id')
  .min(MIN_SEARCH_LENGTH, 'Type two characters at least')
  .max(MAX_SEARCH_LENGTH, 'No address is as long as this');

/** What an address begins with, in the spelling in which it is stored. */
const spelled = (text: string): string =>
  USER_ID.test(text) ? text : (normalizeEmail(text) ?? text.normalize('NFC').toLowerCase());

const USER_ID = /^[A-Za-z0-9_-]{22}$/;
const userId = z.string().regex(USER_ID, 'This is no id of a person');

const flag = z.enum(['true', 'false'], 'Send true or false').transform((text) => text === 'true');

const limit = (max: number, otherwise: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,2}$/)
    .transform(Number)
    .pipe(z.number().max(max))
    .optional()
    .transform((value) => value ?? otherwise);

/** Of the list of users. */
export const usersQuery = z
  .object({
    search: orNothing(search.transform(spelled)),
    role: orNothing(z.enum(ROLES, `A role is one of ${ROLES.join(', ')}`)),
    disabled: orNothing(flag),
    cursor: z
      .string()
      .nullish()
      .transform((text) => text ?? null),
    limit: limit(100, 25),
  })
  .refine(({ search, cursor }) => cursor === null || isPlaceOf({ search }, cursor), {
    path: ['cursor'],
    message: 'Send what an answer to the same search named as “next”, or none',
  });

/** A moment as programs write it, or what a field for a local time sends, which is taken for UTC. */
const moment = z.string().transform((text, context) => {
  const at = MOMENT.test(text) ? new Date(/[Zz]|[+-]\d{2}:\d{2}$/.test(text) ? text : `${text}Z`) : null;
  if (at !== null && !Number.isNaN(at.getTime())) return at;
  context.addIssue({ code: 'custom', message: 'Send a time such as 2026-11-27T08:00:00Z' });
  return z.NEVER;
});
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:[Zz]|[+-]\d{2}:\d{2})?$/;

/** Of the audit log: its page, and its export. */
export const auditFilter = z.object({
  type: orNothing(z.string().refine(isAuditType, 'There is no such event')),
  user: orNothing(userId),
  actor: orNothing(userId),
  from: orNothing(moment),
  to: orNothing(moment),
});

/** Of a change of a person: exactly one of the two. */
export const changePersonBody = z.union(
  [z.strictObject({ role: z.enum(ROLES) }), z.strictObject({ disabled: z.boolean() })],
  'Send “role” or “disabled”, and not both',
);

export const REASON_TEXT = `Say why, in ${MAX_REASON_LENGTH} characters at most`;

export const factorResetBody = z.object({
  reason: z
    .string({ error: REASON_TEXT })
    .trim()
    .min(1, REASON_TEXT)
    .max(MAX_REASON_LENGTH, REASON_TEXT)
    .refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text), 'Use letters and spaces'),
});

/** What a query says by that schema. A name that occurs twice is refused, because either could be meant. */
export function readQuery<T>(
  schema: z.ZodType<T>,
  query: URLSearchParams,
): { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Problem } {
  const names = [...query.keys()];
  const twice = names.filter((name, at) => names.indexOf(name) !== at);
  const errors: FieldFault[] = twice.map((field) => ({ field, code: 'twice', message: 'Send it once' }));
  if (errors.length > 0) return { ok: false, error: problem('validation_failed', { errors }) };
  const parsed = schema.safeParse(Object.fromEntries(query));
  return parsed.success
    ? { ok: true, value: parsed.data }
    : { ok: false, error: problem('validation_failed', fieldFaults(parsed.error)) };
}

/** What the address of a page says: the texts as they came, and what they mean or what is wrong with each. */
export type ReadFilter<T> = { readonly typed: Readonly<Record<string, string>> } & (
  | { readonly value: T; readonly faults?: undefined }
  | { readonly value: null; readonly faults: Readonly<Record<string, string>> }
);

/** For pages: those of `names` in their query that are there once and say something, by that schema. */
export function readFilter<T>(
  schema: z.ZodType<T>,
  query: Readonly<Record<string, string | string[] | undefined>>,
  names: readonly string[],
): ReadFilter<T> {
  const typed = Object.fromEntries(
    names.flatMap((name) => {
      const text = query[name];
      return typeof text === 'string' && text !== '' ? [[name, text]] : [];
    }),
  );
  const parsed = schema.safeParse(typed);
  if (parsed.success) return { typed, value: parsed.data };
  const { errors } = fieldFaults(parsed.error);
  return { typed, value: null, faults: Object.fromEntries(errors.map(({ field, message }) => [field, message])) };
}
