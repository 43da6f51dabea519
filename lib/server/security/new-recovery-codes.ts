import 'server-only';
import type { Bytes } from '@/lib/core/encoding';
import { hashRecoveryCode, newRecoveryCode, readRecoveryCode } from '@/lib/core/factors/recovery-code';
import { Prisma } from '@/lib/server/database/generated/prisma/client';
import { randomBytes } from '@/lib/server/keys/random';

const CODES = 10;

/** What a person is shown once, and what of it is kept. */
export type NewRecoveryCodes = { readonly codes: readonly string[]; readonly hashes: readonly Bytes[] };

export async function newRecoveryCodes(userId: string): Promise<NewRecoveryCodes> {
  const codes = Array.from({ length: CODES }, () => newRecoveryCode(randomBytes));
  const hashes = await Promise.all(codes.map((code) => hashRecoveryCode(userId, readRecoveryCode(code) ?? '')));
  return { codes, hashes };
}

/** Part of a statement: the codes of whoever is in `owner("userId")`. */
export const insertCodes = ({ hashes }: NewRecoveryCodes, owner: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`INSERT INTO "RecoveryCode" ("userId", hash) SELECT "userId", hash FROM ${owner}
      CROSS JOIN (VALUES ${Prisma.join(hashes.map((hash) => Prisma.sql`(${hash}::bytea)`))}) AS made(hash)`;
