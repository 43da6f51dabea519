import 'server-only';
import { toIso } from '@/lib/core/time';
import { db } from '@/lib/server/database/client';
import type { Signer } from '@/lib/server/step-up/guard';

/** What protects an account, for its owner. Times as ISO 8601. */
export type SecurityOverview = {
  readonly password: { readonly changedAt: string } | null;
  readonly totp: { readonly createdAt: string } | null;
  /** `createdAt` of the newest. */
  readonly recoveryCodes: { readonly left: number; readonly createdAt: string } | null;
};

type Row = { totpAt: Date | null; codesLeft: number; codesAt: Date | null };

/** The factors of a person; `signer` says the rest. */
export async function securityOverview({
  user,
  password,
}: Pick<Signer, 'user' | 'password'>): Promise<SecurityOverview> {
  const [row] = await db().$queryRaw<Row[]>`
    SELECT (SELECT "createdAt" FROM "Totp" WHERE "userId" = ${user.id}) AS "totpAt",
      count(*) FILTER (WHERE "usedAt" IS NULL)::int AS "codesLeft", max("createdAt") AS "codesAt"
    FROM "RecoveryCode" WHERE "userId" = ${user.id}`;
  const { totpAt = null, codesLeft = 0, codesAt = null } = row ?? {};
  const iso = (at: Date): string => toIso(at.getTime() / 1_000);
  return {
    password: password === null ? null : { changedAt: iso(password.since) },
    totp: totpAt === null ? null : { createdAt: iso(totpAt) },
    recoveryCodes: codesAt === null ? null : { left: codesLeft, createdAt: iso(codesAt) },
  };
}
