import 'server-only';
import type { RootSecrets } from '@/lib/core/keys/auth-secret';
import { keyState, readyAt, rotationDue, rotationDueAt } from '@/lib/core/keys/key-lifecycle';
import { unwrapSecret } from '@/lib/core/keys/wrapping';
import { fromDate, toIso } from '@/lib/core/time';
import { env } from '@/lib/server/config/env';
import { db } from '@/lib/server/database/client';
import { adviceFor } from './advice';
import { type KeyFacts, type KeyReport, MAX_COUNTED_SESSIONS, type ReportedSecret, type SessionsHeld } from './facts';
import { countHeldSessions, type HeldSessions } from './held-sessions';
import { rootSecrets } from './root-secrets';
import { signingKeyDates } from './signing-key-store';

type StoredKey = { id: string; purpose: string; wrappedSecret: Uint8Array; wrappingKeyId: number; slot: string | null };
const NO_SESSIONS: SessionsHeld = { sessions: 0, until: null };

/** Everything that there is to say about keys and the secrets that wrap them. Reads, and holds no secret. */
export async function keyReport(): Promise<KeyReport> {
  const [[clock], dates, stored, held] = await Promise.all([
    db().$queryRaw<{ now: Date }[]>`SELECT clock_timestamp() AS now`,
    signingKeyDates(),
    db().$queryRaw<StoredKey[]>`
      SELECT id, purpose, "wrappedSecret", "wrappingKeyId", slot FROM "Key"
      WHERE "expiresAt" IS NULL OR "expiresAt" > now() ORDER BY purpose, id`,
    countHeldSessions(),
  ]);
  if (clock === undefined) throw new Error('The database did not tell the time');
  const now = fromDate(clock.now);
  const { keyRotationDays: everyDays } = env();
  const roots = await rootSecrets();
  const places = await Promise.all(stored.map(async (key) => ({ key, place: await placeOf(key, roots) })));
  const next = dates.find(({ slot }) => slot === 'next');
  const dueAt = rotationDueAt(dates, everyDays);
  const facts: KeyFacts = {
    at: toIso(now),
    signing: dates.map((key) => {
      const { name, since, until } = keyState(key, now);
      const { kid, algorithm } = key;
      return { kid, algorithm, state: name, since: toIso(since), until: until === null ? null : toIso(until) };
    }),
    rotation: {
      everyDays,
      due: rotationDue(dates, everyDays, now),
      dueAt: dueAt === null ? null : toIso(dueAt),
      readyAt: next === undefined ? null : toIso(readyAt(next)),
    },
    dataKeys: countDataKeys(places),
    secrets: reportSecrets(roots, places, held),
    unopened: places.flatMap(({ key: { id, purpose }, place }) => (place === null ? [{ id, purpose }] : [])),
    otherSessions: {
      unknown: heldBy(held, (id) => id === null),
      unlisted: heldBy(held, (id) => id !== null && !roots.some((root) => root.id === id)),
    },
  };
  return { ...facts, advice: adviceFor(facts) };
}

type PlacedKey = { readonly key: StoredKey; readonly place: number | null };

/** The place of the entry that opens a key, found by trying: two entries may share the one byte of their id. */
async function placeOf(key: StoredKey, roots: RootSecrets): Promise<number | null> {
  for (const [index, root] of roots.entries()) {
    if ((await unwrapSecret(key, [root], { purpose: key.purpose, id: key.id })).ok) return index + 1;
  }
  return null;
}

function countDataKeys(places: readonly PlacedKey[]): KeyReport['dataKeys'] {
  const counts = new Map<string, KeyReport['dataKeys'][number]>();
  for (const { key, place } of places) {
    if (key.purpose === 'signing') continue;
    const name = `${key.purpose} ${place}`;
    counts.set(name, { purpose: key.purpose, place, count: (counts.get(name)?.count ?? 0) + 1 });
  }
  return [...counts.values()];
}

function reportSecrets(
  roots: RootSecrets,
  places: readonly PlacedKey[],
  held: readonly HeldSessions[],
): readonly ReportedSecret[] {
  const unknown = heldBy(held, (id) => id === null);
  return roots.map(({ id }, index) => {
    const place = index + 1;
    const keys = places.filter((placed) => placed.place === place).length;
    const { sessions, until } = heldBy(held, (one) => one === id);
    const mayGo = place > 1 && keys === 0 && sessions === 0 && unknown.sessions === 0;
    return { place, id, keys, sessions, sessionsUntil: until, mayGo };
  });
}

function heldBy(held: readonly HeldSessions[], isOurs: (refreshKeyId: number | null) => boolean): SessionsHeld {
  const ours = held.filter(({ refreshKeyId }) => isOurs(refreshKeyId));
  if (ours.length === 0) return NO_SESSIONS;
  const last = Math.max(...ours.map(({ until }) => until.getTime()));
  const sessions = ours.reduce((sum, one) => sum + one.sessions, 0);
  return { sessions: Math.min(sessions, MAX_COUNTED_SESSIONS), until: new Date(last).toISOString() };
}
