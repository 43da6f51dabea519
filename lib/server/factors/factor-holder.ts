import 'server-only';
import type { EpochSeconds } from '@/lib/core/time';
import { db } from '@/lib/server/database/client';
import { IS_OPEN_ACCOUNT } from '@/lib/server/users/account-state';
import { FACTOR_COLUMNS, type SecondFactors } from '@/lib/server/users/second-factors';
import { PUBLIC_COLUMNS, type PublicUser } from '@/lib/server/users/user-store';
import type { KeptSecret } from './kept-secret';

/** A person of whom a second factor is asked, as the database knows them at this moment. */
export type FactorHolder = {
  readonly user: PublicUser;
  /** When they set their password; null for one who has none. */
  readonly passwordSince: Date | null;
  readonly factors: SecondFactors;
  /** Their authenticator app, with the time step of the newest code that was taken. */
  readonly totp: (KeptSecret & { readonly lastStep: number }) | null;
  readonly now: EpochSeconds;
};

type Row = PublicUser &
  SecondFactors & {
    passwordSince: Date | null;
    secret: Uint8Array | null;
    keyId: string | null;
    lastStep: number | null;
    now: number;
  };

/** Null when the person is gone or disabled. */
export async function findFactorHolder(userId: string): Promise<FactorHolder | null> {
  const [row] = await db().$queryRaw<Row[]>`
    SELECT ${PUBLIC_COLUMNS}, p."changedAt" AS "passwordSince", ${FACTOR_COLUMNS}, t.secret, t."keyId",
      t."lastStep"::float8 AS "lastStep", extract(epoch FROM now())::float8 AS now
    FROM "User" u LEFT JOIN "Password" p ON p."userId" = u.id LEFT JOIN "Totp" t ON t."userId" = u.id
    WHERE u.id = ${userId} AND ${IS_OPEN_ACCOUNT}`;
  if (row === undefined) return null;
  const { passwordSince, secret, keyId, lastStep, now, ...rest } = row;
  const { factorsVersion, hasTotp, hasPasskey, recoveryCodesLeft, ...user } = rest;
  return {
    user,
    passwordSince,
    factors: { factorsVersion, hasTotp, hasPasskey, recoveryCodesLeft },
    totp: secret === null || keyId === null || lastStep === null ? null : { secret, keyId, lastStep },
    now,
  };
}
