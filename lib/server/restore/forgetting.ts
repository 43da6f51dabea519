import 'server-only';
import { DELETION_GRACE_SECONDS } from '@/lib/core/policy';
import type { Transaction } from '@/lib/server/database/client';
import { Prisma } from '@/lib/server/database/generated/prisma/client';

/** What was begun before the moment of the restore, and may have been used, sent or stopped since: how many of each. */
export type Forgotten = {
  readonly ceremonies: number;
  readonly mailLinks: number;
  readonly mails: number;
  readonly factorResets: number;
  readonly authenticatorApps: number;
  readonly deletions: number;
};

/** Rows of one statement: far below the limit of its time. */
const BATCH_ROWS = 10_000;
/** A time step of an authenticator app (RFC 6238 §4.1). */
const STEP_SECONDS = 30;

/**
 * Makes nothing good a second time, in the transaction `tx`:
 *
 * - Codes, links to a new password, links that take a change back and resets of second factors that were used or stopped are
 *   open again, so they go. The link that keeps an account stays, because all it does is to keep one.
 * - Mail that was sent is in the outbox again, so it goes.
 * - A code of an authenticator app that was used is good again until its time is over, so those up to now are used.
 * - An account that was to be deleted may have been kept since, so it has its seven days once more; not so one of which
 *   somebody outside of the database wrote down that it is gone (`deletedIds`).
 */
export async function forgetPending(tx: Transaction, deletedIds: readonly string[]): Promise<Forgotten> {
  const everything = Prisma.sql`true`;
  return {
    ceremonies: await deleteAll(tx, 'Ceremony', everything),
    mailLinks: await deleteAll(tx, 'MailLink', Prisma.sql`purpose <> 'keep_account'`),
    mails: await deleteAll(tx, 'Outbox', everything),
    factorResets: await deleteAll(tx, 'FactorReset', everything),
    authenticatorApps: await spendCodes(tx),
    deletions: await postponeDeletions(tx, deletedIds),
  };
}

async function deleteAll(
  tx: Transaction,
  table: 'Ceremony' | 'MailLink' | 'Outbox' | 'FactorReset',
  condition: Prisma.Sql,
): Promise<number> {
  const name = Prisma.raw(`"${table}"`);
  let deleted = 0;
  for (;;) {
    const batch = await tx.$executeRaw`
      DELETE FROM ${name} WHERE ctid = ANY(ARRAY(SELECT ctid FROM ${name} WHERE ${condition} LIMIT ${BATCH_ROWS}))`;
    deleted += batch;
    if (batch < BATCH_ROWS) return deleted;
  }
}

/** The step after the present one too: a clock that is fast makes its codes. */
async function spendCodes(tx: Transaction): Promise<number> {
  const step = Prisma.sql`floor(extract(epoch FROM now()) / ${STEP_SECONDS})::bigint + 1`;
  let moved = 0;
  for (;;) {
    const batch = await tx.$executeRaw`
      UPDATE "Totp" SET "lastStep" = ${step}
      WHERE "userId" = ANY(ARRAY(SELECT "userId" FROM "Totp" WHERE "lastStep" < ${step} LIMIT ${BATCH_ROWS}))`;
    moved += batch;
    if (batch < BATCH_ROWS) return moved;
  }
}

async function postponeDeletions(tx: Transaction, deletedIds: readonly string[]): Promise<number> {
  const [row] = await tx.$queryRaw<{ count: number }[]>`
    WITH later AS (
      UPDATE "User" SET "deletesAt" = now() + ${DELETION_GRACE_SECONDS} * interval '1 second'
      WHERE "deletesAt" IS NOT NULL AND id <> ALL(${deletedIds}::text[]) RETURNING id, "deletesAt"
    ), keepable AS (
      UPDATE "MailLink" l SET "expiresAt" = later."deletesAt" FROM later
      WHERE l."userId" = later.id AND l.purpose = 'keep_account'
    )
    SELECT count(*)::int AS count FROM later`;
  return row?.count ?? 0;
}
