import 'server-only';
import { toIso } from '@/lib/core/time';
import { db } from '@/lib/server/database/client';
import type { Signer } from '@/lib/server/step-up/guard';
import { type ListedPasskey, listedPasskey, PASSKEY_COLUMNS, type PasskeyRow } from './passkey-list';

/** What protects an account, for its owner. Times as ISO 8601. */
export type SecurityOverview = {
  readonly password: { readonly changedAt: string } | null;
  readonly totp: { readonly createdAt: string } | null;
  /** Oldest first. */
  readonly passkeys: readonly ListedPasskey[];
  /** `createdAt` of the newest. */
  readonly recoveryCodes: { readonly left: number; readonly createdAt: string } | null;
};

type Facts = { totpAt: Date | null; codesLeft: number; codesAt: Date | null };
/** One for each passkey, and one where there is none. */
type Row = Facts & { [Name in keyof PasskeyRow]: PasskeyRow[Name] | null };

/** The factors of a person; `signer` says the rest. */
export async function securityOverview({
  user,
  password,
}: Pick<Signer, 'user' | 'password'>): Promise<SecurityOverview> {
  const rows = await db().$queryRaw<Row[]>`
    SELECT f.*, ${PASSKEY_COLUMNS}
    FROM (
      SELECT (SELECT "createdAt" FROM "Totp" WHERE "userId" = ${user.id}) AS "totpAt",
        count(*) FILTER (WHERE "usedAt" IS NULL)::int AS "codesLeft", max("createdAt") AS "codesAt"
      FROM "RecoveryCode" WHERE "userId" = ${user.id}
    ) f LEFT JOIN "Passkey" k ON k."userId" = ${user.id} ORDER BY k."createdAt", k.id`;
  const { totpAt = null, codesLeft = 0, codesAt = null } = rows[0] ?? {};
  const iso = (at: Date): string => toIso(at.getTime() / 1_000);
  return {
    password: password === null ? null : { changedAt: iso(password.since) },
    totp: totpAt === null ? null : { createdAt: iso(totpAt) },
    passkeys: rows.flatMap(({ id, name, createdAt, lastUsedAt, synced }) =>
      id === null || name === null || createdAt === null || synced === null
        ? []
        : [listedPasskey({ id, name, createdAt, lastUsedAt, synced })],
    ),
    recoveryCodes: codesAt === null ? null : { left: codesLeft, createdAt: iso(codesAt) },
  };
}
