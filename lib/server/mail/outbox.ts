import 'server-only';
import { OUTBOX_RETENTION_SECONDS } from '@/lib/core/policy';
import { db, type Transaction } from '@/lib/server/database/client';
import { log } from '@/lib/server/observability/logger';
import { type AddressedMail, assertSafeHeaders, deliver } from './mailer';
import type { MailMessage } from './messages';

const MAX_ATTEMPTS = 10;
const DEFAULT_LIMIT = 20;

/**
 * Puts a mail into the outbox: one INSERT, in the transaction `tx` if the mail belongs to one. Sends nothing;
 * `drainOutbox` does. Throws when `to` is not exactly one address.
 */
export async function queueMail(to: string, message: MailMessage, tx: Transaction = db()): Promise<void> {
  const { subject, text, html } = message;
  assertSafeHeaders({ to, subject });
  await tx.outbox.create({ data: { to, subject, text, html }, select: { id: true } });
}

/**
 * Sends up to `limit` due mails, oldest first, and deletes each once it is sent. Any number of processes may drain at
 * once: a mail is claimed by one of them. Claiming writes the next attempt, 1, 2, 4 … minutes away, so that a mail whose
 * sender died is sent again later; in that rare case it may arrive twice. After 10 attempts or 24 h it is given up.
 */
export async function drainOutbox(limit = DEFAULT_LIMIT): Promise<{ sent: number; failed: number }> {
  await giveUpExpired();
  const outcome = { sent: 0, failed: 0 };
  while (outcome.sent + outcome.failed < limit) {
    const mail = await claimNext();
    if (mail === null) break;
    if (await send(mail)) outcome.sent += 1;
    else outcome.failed += 1;
  }
  return outcome;
}

type ClaimedMail = AddressedMail & { readonly id: bigint; readonly attempts: number };

/** One at a time: a mail must not wait behind slow ones for longer than its claim holds. No lock outlives the statement. */
async function claimNext(): Promise<ClaimedMail | null> {
  const [mail] = await db().$queryRaw<ClaimedMail[]>`
    WITH due AS MATERIALIZED (
      SELECT id FROM "Outbox" WHERE "nextAttemptAt" <= now()
      ORDER BY "nextAttemptAt", id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    UPDATE "Outbox" o SET attempts = attempts + 1, "nextAttemptAt" = now() + power(2, attempts) * interval '1 minute'
    FROM due WHERE o.id = due.id
    RETURNING o.id, o."to", o.subject, o.text, o.html, o.attempts`;
  return mail ?? null;
}

async function send(mail: ClaimedMail): Promise<boolean> {
  const { id, attempts } = mail;
  try {
    await deliver(mail);
  } catch (error) {
    const isLast = attempts >= MAX_ATTEMPTS;
    log.error(isLast ? 'mail.given_up' : 'mail.failed', { id, attempts, error });
    if (isLast) await remove(id);
    return false;
  }
  await remove(id);
  return true;
}

/** Raw, and so content with a row that cleaning has deleted meanwhile. */
const remove = (id: bigint) => db().$executeRaw`DELETE FROM "Outbox" WHERE id = ${id}`;

async function giveUpExpired(): Promise<void> {
  const expired = await db().$queryRaw<{ id: bigint; attempts: number }[]>`
    DELETE FROM "Outbox"
    WHERE "createdAt" < now() - ${OUTBOX_RETENTION_SECONDS} * interval '1 second' AND "nextAttemptAt" <= now()
    RETURNING id, attempts`;
  for (const { id, attempts } of expired) log.error('mail.given_up', { id, attempts });
}
