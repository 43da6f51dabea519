import 'server-only';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { STATUS_LIST_SIZE } from '@/lib/core/status-list/status-index';
import { env } from '@/lib/server/config/env';
import { db } from '@/lib/server/database/client';
import { heldState, stateAgeSeconds } from '@/lib/server/database/live-state';
import { poolUse } from '@/lib/server/database/pool-watch';
import type { AttributesOf, GaugeName } from '@/lib/server/observability/metric-list';
import { waitingHashes } from '@/lib/server/passwords/hasher';

export type Reading = {
  readonly [Name in GaugeName]: {
    readonly name: Name;
    readonly value: number;
    readonly attributes: AttributesOf<Name>;
  };
}[GaugeName];

const delays = monitorEventLoopDelay({ resolution: 20 });
delays.enable();

/** Every gauge as it stands. One statement; where the database does not answer, what it knows is left out. */
export async function readings(): Promise<Reading[]> {
  return [...ofProcess(), ...ofState(), ...ofPool(), ...(await ofDatabase().catch(() => []))];
}

function ofProcess(): Reading[] {
  const delayNanoseconds = delays.percentile(99);
  delays.reset();
  return [
    plain('nodejs.eventloop.delay.p99', Number.isFinite(delayNanoseconds) ? delayNanoseconds / 1e9 : 0),
    plain('process.memory.usage', process.memoryUsage.rss()),
    plain('handstamp.hash.queue.length', waitingHashes()),
    plain('handstamp.secret.entries', env().authSecrets.length),
  ];
}

function ofState(): Reading[] {
  const state = heldState();
  if (state === null) return [];
  return [
    plain('handstamp.revocations.alive', state.marks.size),
    plain('handstamp.state.age', stateAgeSeconds(state)),
    plain('handstamp.status_list.number', Math.floor(state.lastNumber / STATUS_LIST_SIZE)),
  ];
}

function ofPool(): Reading[] {
  const use = poolUse();
  if (use === null) return [];
  return [
    { name: 'db.client.connection.count', value: use.used, attributes: { state: 'used' } },
    { name: 'db.client.connection.count', value: use.idle, attributes: { state: 'idle' } },
    plain('db.client.connection.pending_requests', use.waiting),
  ];
}

type Kept = {
  readonly keys: (AttributesOf<'handstamp.key.age'> & { readonly seconds: number })[] | null;
  readonly due: number;
  readonly oldest: number;
};

/** What only the database knows: once a minute, or as often as somebody asks for the metrics. */
async function ofDatabase(): Promise<Reading[]> {
  const [kept] = await db().$queryRaw<Kept[]>`
    SELECT
      (SELECT json_agg(k) FROM (
        SELECT purpose, coalesce(slot, 'retired') AS state, extract(epoch FROM now() - min("createdAt"))::float8 AS seconds
        FROM "Key" WHERE "expiresAt" IS NULL OR "expiresAt" > now() GROUP BY 1, 2) k) AS keys,
      count(*) FILTER (WHERE "nextAttemptAt" <= now())::int AS due,
      coalesce(extract(epoch FROM now() - min("createdAt")), 0)::float8 AS oldest
    FROM "Outbox"`;
  if (kept === undefined) return [];
  return [
    ...(kept.keys ?? []).map(
      ({ seconds, ...attributes }): Reading => ({ name: 'handstamp.key.age', value: seconds, attributes }),
    ),
    plain('handstamp.mail.due', kept.due),
    plain('handstamp.mail.oldest', kept.oldest),
  ];
}

type PlainGauge = Exclude<GaugeName, 'db.client.connection.count' | 'handstamp.key.age'>;
const plain = (name: PlainGauge, value: number): Reading => ({ name, value, attributes: {} });
