import 'server-only';
import { env } from '@/lib/server/config/env';
import { log } from '@/lib/server/observability/logger';
import { endsSince, eventsSince, PAGE_ROWS, type StoredEvent, takeTurn } from './shipping-store';

const EVERY_MS = 2_000;

/** What this process has told within the time that it reads again, and when that was in the database. */
type Shipper = {
  readonly holder: string;
  readonly told: Map<string, number>;
  shippedUntil: string | null;
};

/** One for all bundles of the server: two would take the turn from each other. */
const shared = globalThis as typeof globalThis & { handstampShipper?: Shipper; handstampStopShipping?: () => void };
function shipper(): Shipper {
  shared.handstampShipper ??= { holder: crypto.randomUUID(), told: new Map(), shippedUntil: null };
  return shared.handstampShipper;
}

/**
 * Writes what happened since the last time to the log, one line each: `audit` for an event, `session.ended` for a session
 * that is over, however it ended. One process does it at a time. At least once: a line is written before it is noted as
 * written, so that a crash repeats up to a minute of them and loses none. What the database lost before a round read it, two
 * seconds at most, is in no line.
 *
 * @returns How many lines; null when it is another process's turn. Rejects when the database does not answer.
 */
export async function shipEvents(): Promise<number | null> {
  if (env().auditLog === 'off') return null;
  const held = shipper();
  const turn = await takeTurn(held.holder, held.shippedUntil);
  if (turn === null) {
    held.told.clear();
    held.shippedUntil = null;
    return null;
  }
  const { from, now } = turn;
  let lines = 0;
  const tell = (key: string, event: string, fields: { readonly at: Date }) => {
    if (held.told.has(key)) return;
    log.info(event, fields);
    held.told.set(key, fields.at.getTime());
    lines += 1;
  };
  let last: StoredEvent | null = null;
  for (let isMore = true; isMore; ) {
    const events: StoredEvent[] = await eventsSince(from, last);
    for (const { role, ...event } of events) {
      tell(`event ${event.id}`, 'audit', { ...event, ...(role === null ? {} : { role }) });
    }
    isMore = events.length === PAGE_ROWS;
    last = events.at(-1) ?? null;
  }
  for (const end of await endsSince(from)) tell(`end ${end.statusNumber}`, 'session.ended', end);
  held.shippedUntil = now;
  forgetBefore(held, new Date(from).getTime());
  return lines;
}

/** What is older is not read again. */
function forgetBefore({ told }: Shipper, ms: number): void {
  for (const [key, at] of told) if (at < ms) told.delete(key);
}

/** Ships every two seconds for as long as this process lives. It keeps none alive. */
export function startShipping(): void {
  shared.handstampStopShipping?.();
  let isInTrouble = false;
  let isStopped = false;
  let timer: NodeJS.Timeout;
  const wait = () => {
    if (isStopped) return;
    timer = setTimeout(() => void round(), EVERY_MS);
    timer.unref();
  };
  const round = async () => {
    try {
      await shipEvents();
      isInTrouble = false;
    } catch (error) {
      // Once for each time that the database is away, and not at each round.
      if (!isInTrouble) log.error('audit.not_shipped', { error });
      isInTrouble = true;
    }
    wait();
  };
  shared.handstampStopShipping = () => {
    isStopped = true;
    clearTimeout(timer);
  };
  wait();
}
