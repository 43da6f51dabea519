import 'server-only';
import type { Bytes } from '@/lib/core/encoding';
import { markUsed } from '@/lib/server/ceremonies/ceremony-store';
import { Prisma } from '@/lib/server/database/generated/prisma/client';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { recoveryCodeUsed } from '@/lib/server/mail/factor-messages';
import { MAIL_COLUMNS, mailValues, sealMail } from '@/lib/server/mail/sealed-mail';
import type { PasskeyCeremony } from './passkey-ceremony';

/**
 * A proof that is right and good once. It is used up in the statement that acts on it: `parts` are common table expressions
 * of that statement, each with a comma before it. They read `locked`, which holds the `id` of the person under lock, and end
 * with `spent`, which has their "userId" if the proof was still good.
 */
export type Spending = {
  readonly kind: 'totp' | 'recovery' | 'passkey';
  readonly parts: Prisma.Sql;
  /** What follows from it: reads `entered`, with the "userId" where the statement as a whole does what it is for. */
  readonly followedBy: Prisma.Sql;
};

type Facts = Pick<RequestFacts, 'ip' | 'userAgent'>;

/** A code of an authenticator app: neither it nor any of an earlier step is taken after it (RFC 6238 §5.2). */
export const spendTotp = (step: number, facts: Facts): Spending => ({
  kind: 'totp',
  parts: Prisma.sql`, spent AS (
      UPDATE "Totp" SET "lastStep" = ${step}::bigint
      WHERE "userId" = (SELECT id FROM locked) AND "lastStep" < ${step}::bigint RETURNING "userId"
    )`,
  followedBy: cancelReset(facts),
});

/** A recovery code. `left` is how many the person has after it, for the mail that tells them. */
export async function spendRecoveryCode(hash: Bytes, left: number, facts: Facts): Promise<Spending> {
  const mail = mailValues(await sealMail(recoveryCodeUsed(left)));
  return {
    kind: 'recovery',
    parts: Prisma.sql`, spent AS (
      UPDATE "RecoveryCode" SET "usedAt" = now()
      WHERE "userId" = (SELECT id FROM locked) AND hash = ${hash} AND "usedAt" IS NULL RETURNING "userId"
    )`,
    followedBy: Prisma.sql`${cancelReset(facts)}, traced AS (
      INSERT INTO "AuditEvent" (type, "userId", ip, "userAgent")
      SELECT 'recovery_code_used', "userId", ${facts.ip}, ${facts.userAgent} FROM entered
    ), told AS (
      INSERT INTO "Outbox" ("to", ${MAIL_COLUMNS})
      SELECT u.email, ${mail} FROM entered e JOIN "User" u ON u.id = e."userId"
    )`,
  };
}

/** A passkey as it was when it signed. */
export type PasskeyUse = { readonly id: string; readonly counter: number; readonly backedUp: boolean };

/**
 * A passkey that signed for `ceremony`, which has no row before: the row is its use. Then the counter goes on, where it
 * means anything; two answers with one counter so come to one.
 */
export const spendPasskey = (
  ceremony: PasskeyCeremony,
  { id, counter, backedUp }: PasskeyUse,
  facts: Facts,
): Spending => ({
  kind: 'passkey',
  parts: Prisma.sql`, asserted AS (
      ${markUsed(ceremony.purpose, ceremony, Prisma.sql`locked`)}
    ), spent AS (
      UPDATE "Passkey" SET counter = ${counter}::bigint, "backedUp" = ${backedUp}, "lastUsedAt" = now()
      WHERE id = ${id} AND "userId" = (SELECT id FROM locked) AND EXISTS (SELECT FROM asserted)
        AND ("backupEligible" OR counter < ${counter}::bigint OR (${counter}::bigint = 0 AND counter = 0))
      RETURNING "userId"
    )`,
  followedBy: cancelReset(facts),
});

/** Whoever proves a factor has not lost it. */
const cancelReset = ({ ip, userAgent }: Facts): Prisma.Sql => Prisma.sql`, kept AS (
      DELETE FROM "FactorReset" r USING entered e WHERE r."userId" = e."userId" RETURNING r."userId"
    ), cancelled AS (
      INSERT INTO "AuditEvent" (type, "userId", ip, "userAgent")
      SELECT 'factor_reset_cancelled', "userId", ${ip}, ${userAgent} FROM kept
    )`;
