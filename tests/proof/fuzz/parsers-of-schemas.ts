import fc from 'fast-check';
import { z } from 'zod';
import { fieldFaults } from '@/lib/server/http/request-body';
import * as adminSchemas from '@/lib/server/routes/admin-schemas';
import * as passkeySchemas from '@/lib/server/routes/passkey-schemas';
import * as proofSchemas from '@/lib/server/routes/proof-schemas';
import * as requestSchemas from '@/lib/server/routes/request-schemas';
import { asyncParser, type Parser } from './parser';
import { jsonWith, nearlyOrAny } from './texts';

/** Every schema that a route says of its body or its query, by name. */
const SCHEMAS: Readonly<Record<string, unknown>> = {
  ...requestSchemas,
  ...passkeySchemas,
  ...proofSchemas,
  ...adminSchemas,
};
/** What the schemas read, and values that are nearly what they want. */
const NAMES = [
  'email',
  'password',
  'name',
  'code',
  'mailCode',
  'token',
  'remember',
  'attempt',
  'currentPassword',
  'newPassword',
];
const MORE_NAMES = [
  'ceremony',
  'assertion',
  'attestation',
  'id',
  'response',
  'clientDataJSON',
  'signature',
  'userHandle',
  'for',
];
const ADMIN_NAMES = [
  'search',
  'role',
  'disabled',
  'cursor',
  'limit',
  'type',
  'from',
  'to',
  'userId',
  'reason',
  'action',
];
const near = nearlyOrAny(
  fc.constantFrom(
    'wilhelmina@people.test',
    '123456',
    'on',
    'true',
    'admin',
    'sign_in',
    '2026-11-27',
    '25',
    'A'.repeat(22),
  ),
);
const field = fc.oneof({ weight: 4, arbitrary: near }, { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 1 }) });
const body = fc.oneof(
  { weight: 5, arbitrary: fc.dictionary(fc.constantFrom(...NAMES, ...MORE_NAMES, ...ADMIN_NAMES, '__proto__'), field) },
  { weight: 1, arbitrary: jsonWith(...NAMES) },
);
/** A password costs a look into the word lists for every try. */
const SLOW = ['registerBody'];

/** The schemas of all bodies and queries. */
export const PARSERS_OF_SCHEMAS: readonly Parser[] = Object.entries(SCHEMAS).flatMap(([name, schema]): Parser[] => {
  if (!(schema instanceof z.ZodType)) return [];
  const holds = async (value: unknown): Promise<boolean> => {
    const parsed = await schema.safeParseAsync(value);
    if (parsed.success) return parsed.data !== undefined || value === undefined;
    return fieldFaults(parsed.error).errors.every(({ field: at, message }) => at !== '' && message !== '');
  };
  return [asyncParser([`server/routes/*-schemas.ts ${name}`], body, holds, SLOW.includes(name) ? 0.01 : 0.1)];
});
