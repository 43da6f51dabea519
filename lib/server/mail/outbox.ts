import 'server-only';
import { db, type Transaction } from '@/lib/server/database/client';
import { log } from '@/lib/server/observability/logger';
import type { MailMessage } from './compose';
import { type AddressedMail, assertSafeHeaders } from './mailer';
import { MAIL_COLUMNS, mailValues, openMail, sealMail } from './sealed-mail';

/**
 * Puts a mail into the outbox: one INSERT, in the transaction `tx` if the mail belongs to one. Sends nothing;
 * `drainOutbox` does. Throws when `to` is not exactly one address.
 */
export async function queueMail(to: string, message: MailMessage, tx: Transaction = db()): Promise<void> {
  assertSafeHeaders({ to, subject: message.subject });
  const values = mailValues(await sealMail(message));
  await tx.$executeRaw`INSERT INTO "Outbox" ("to", ${MAIL_COLUMNS}) VALUES (${to}, ${values})`;
}

/** A mail that this process alone may send until its next attempt is due. */
export type ClaimedMail = {
  readonly id: bigint;
  readonly attempts: number;
  /** Nobody has the address: the mail goes to nobody. */
  readonly isDecoy: boolean;
  open(): Promise<AddressedMail>;
};

type ClaimedRow = {
  readonly id: bigint;
  readonly attempts: number;
  readonly discard: boolean;
  readonly to: string;
  readonly sealed: string | null;
  readonly subject: string | null;
  readonly text: string | null;
  readonly html: string | null;
  /** The database's clock. */
  readonly now: number;
};

/**
 * The oldest due mail; null when there is none. It is claimed by one of any number of processes, and no lock outlives the
 * statement. Claiming writes the next attempt, so that a mail whose sender died is sent again: 1, 2, 4 … minutes away,
 * but no further than a third of the time that is left, because a code of ten minutes is of no use in the eleventh.
 */
export async function claimNext(): Promise<ClaimedMail | null> {
  const [row] = await db().$queryRaw<ClaimedRow[]>`
    WITH due AS MATERIALIZED (
      SELECT id FROM "Outbox" WHERE "nextAttemptAt" <= now() AND "expiresAt" > now()
      ORDER BY "nextAttemptAt", id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    UPDATE "Outbox" o SET attempts = attempts + 1, "nextAttemptAt" = now() + greatest(interval '1 minute',
      least(power(2, attempts) * interval '1 minute', ("expiresAt" - now()) / 3))
    FROM due WHERE o.id = due.id
    RETURNING o.id, o.attempts, o.discard, o."to", o.sealed, o.subject, o.text, o.html, extract(epoch FROM now())::float8 AS now`;
  if (row === undefined) return null;
  return { id: row.id, attempts: row.attempts, isDecoy: row.discard, open: () => open(row) };
}

async function open({ to, sealed, subject, text, html, now }: ClaimedRow): Promise<AddressedMail> {
  if (sealed === null) return { to, subject: subject ?? '', text: text ?? '', html: html ?? '' };
  const opened = await openMail(sealed, now);
  if (!opened.ok) throw new Error(`A waiting mail cannot be opened: ${opened.code}`);
  return { to, ...opened.value };
}

/** Raw, and so content with a row that cleaning has deleted meanwhile. */
export const removeMail = (id: bigint) => db().$executeRaw`DELETE FROM "Outbox" WHERE id = ${id}`;

/**
 * Deletes up to `limit` mails that are not true any more, and says so once for each. One that is being sent at this
 * moment is left to its sender.
 *
 * @returns How many.
 */
export async function giveUpExpired(limit: number): Promise<number> {
  const expired = await db().$queryRaw<{ id: bigint; attempts: number }[]>`
    DELETE FROM "Outbox" WHERE id = ANY(ARRAY(
      SELECT id FROM "Outbox" WHERE "expiresAt" <= now() AND "nextAttemptAt" <= now()
      ORDER BY "nextAttemptAt" LIMIT ${limit} FOR UPDATE SKIP LOCKED))
    RETURNING id, attempts`;
  for (const { id, attempts } of expired) log.error('mail.given_up', { id, attempts, why: 'expired' });
  return expired.length;
}

/** Whether anything is to do for a drain. One look at an index. */
export async function isMailDue(): Promise<boolean> {
  const [row] = await db().$queryRaw<{ isMailDue: boolean }[]>`
    SELECT EXISTS (SELECT FROM "Outbox" WHERE "nextAttemptAt" <= now()) AS "isMailDue"`;
  return row?.isMailDue ?? false;
}
