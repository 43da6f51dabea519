import 'server-only';
import { log } from '@/lib/server/observability/logger';
import { deliver } from './mailer';
import { type ClaimedMail, claimNext, giveUpExpired, removeMail } from './outbox';

const MAX_ATTEMPTS = 10;
/** A drain begins no other mail after so long; the last one may take `DELIVERY_MS` more. */
const DRAIN_MS = 20_000;
const MAX_GIVEN_UP = 1_000;

/** How many mails went out, and how many will be tried again or were given up. */
export type DrainOutcome = { readonly sent: number; readonly failed: number };

type Drains = { running: Promise<DrainOutcome> | null; isAskedAgain: boolean };

/** One for all bundles of the server, so that there is one drain. */
const shared = globalThis as typeof globalThis & { handstampDrains?: Drains };

/**
 * Sends what is due, oldest first, and deletes each mail once it is sent. One drain a process: calls meanwhile get the
 * outcome of the one that runs, which then looks once more for what they queued. So any number of sign-ups at once is
 * one connection to the mail server at a time.
 */
export function drainOutbox(): Promise<DrainOutcome> {
  shared.handstampDrains ??= { running: null, isAskedAgain: false };
  const drains = shared.handstampDrains;
  if (drains.running === null) drains.running = drainWhileAsked(drains);
  else drains.isAskedAgain = true;
  return drains.running;
}

async function drainWhileAsked(drains: Drains): Promise<DrainOutcome> {
  const untilMs = performance.now() + DRAIN_MS;
  const outcome = { sent: 0, failed: 0 };
  try {
    do {
      drains.isAskedAgain = false;
      const { sent, failed } = await sendDue({ untilMs });
      outcome.sent += sent;
      outcome.failed += failed;
    } while (drains.isAskedAgain && performance.now() < untilMs);
  } finally {
    // In the same breath as the last look at `isAskedAgain`: nobody's call falls between them.
    drains.running = null;
  }
  return outcome;
}

/**
 * A drain by itself, as each of many processes has one. A mail whose sender died is sent again later, and in that rare
 * case may arrive twice. After 10 attempts, or when it is not true any more, it is given up.
 *
 * @param limits `mails`: how many at most. `untilMs`: no other one is begun after that, by `performance.now()`.
 */
export async function sendDue({ mails = Number.POSITIVE_INFINITY, untilMs = performance.now() + DRAIN_MS } = {}) {
  await giveUpExpired(MAX_GIVEN_UP);
  const outcome = { sent: 0, failed: 0 };
  while (outcome.sent + outcome.failed < mails && performance.now() < untilMs) {
    const mail = await claimNext();
    if (mail === null) break;
    if (await send(mail)) outcome.sent += 1;
    else outcome.failed += 1;
  }
  return outcome satisfies DrainOutcome;
}

async function send(mail: ClaimedMail): Promise<boolean> {
  const { id, attempts } = mail;
  try {
    const opened = await mail.open();
    // A decoy is opened too, which costs what a mail costs, and goes to nobody.
    if (!mail.isDecoy) await deliver(opened);
  } catch (error) {
    const isLast = attempts >= MAX_ATTEMPTS;
    log.error(isLast ? 'mail.given_up' : 'mail.failed', { id, attempts, error });
    if (isLast) await removeMail(id);
    return false;
  }
  await removeMail(id);
  return true;
}
