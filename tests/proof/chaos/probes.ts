import { inTurns } from '@/tests/support/http/requests';
import type { Client } from './client';
import type { Probe, SessionFacts } from './evidence';
import type { Handed } from './journal';

const AT_ONCE = 8;
/** Replaced tokens end their session, with a mail to its owner: so many say enough. */
const MOST_REPLACED = 60;
const MOST_ENDED = 60;

/**
 * Uses what clients were handed once more, when all is over: the newest token of each live session must be good, and then of
 * some sessions one that was replaced twice, which must end it, and the newest again. Tokens of ended sessions stay dead.
 * Repeated while the answer is none.
 */
export async function probe(
  ask: (text: string) => Promise<number>,
  clients: readonly Client[],
  sessions: readonly SessionFacts[],
): Promise<Probe[]> {
  const rows = new Map(sessions.map((session) => [session.id, session]));
  const probes: Probe[] = [];
  const use = async (kind: Probe['kind'], { session, counter, text }: Handed) => {
    probes.push({ kind, session, counter, status: await ask(text) });
  };
  const newest = clients.flatMap((client) => client.held() ?? []);
  await inTurns(newest.length, AT_ONCE, async (at) => {
    const held = newest[at];
    if (held !== undefined) await use('current', held);
  });
  const replaced = clients.flatMap((client) => {
    const held = client.held();
    const row = rows.get(held?.session ?? '');
    const old = client.kept.find(({ session, counter }) => session === row?.id && counter <= row.counter - 2);
    return held === null || old === undefined ? [] : [{ old, held }];
  });
  await inTurns(Math.min(replaced.length, MOST_REPLACED), AT_ONCE, async (at) => {
    const pair = replaced[at];
    if (pair === undefined) return;
    await use('replaced', pair.old);
    await use('stolen', pair.held);
  });
  const over = clients.flatMap(({ kept }) =>
    kept.filter(({ session }) => (rows.get(session)?.endedAtMs ?? null) !== null),
  );
  await inTurns(Math.min(over.length, MOST_ENDED), AT_ONCE, async (at) => {
    const one = over[at];
    if (one !== undefined) await use('ended', one);
  });
  return probes;
}
