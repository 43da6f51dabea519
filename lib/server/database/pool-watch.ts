import 'server-only';
import { PrismaPg } from '@prisma/adapter-pg';
import type { Pool, PoolClient } from 'pg';
import { record } from '@/lib/server/observability/telemetry';

/** What a pool does at this moment. */
export type PoolUse = { readonly used: number; readonly idle: number; readonly waiting: number };

/** One for all bundles of the server. */
const shared = globalThis as typeof globalThis & { handstampPool?: Pool };

/** The pool of this process as it is; null before the first statement. */
export function poolUse(): PoolUse | null {
  const pool = shared.handstampPool;
  if (pool === undefined) return null;
  const { totalCount, idleCount, waitingCount } = pool;
  return { used: totalCount - idleCount, idle: idleCount, waiting: waitingCount };
}

/** Prisma's way to PostgreSQL, whose pool can be looked at and whose waits are measured. */
export class WatchedPg extends PrismaPg {
  override async connect() {
    const adapter = await super.connect();
    const pool = adapter.underlyingDriver();
    measureWaits(pool);
    shared.handstampPool = pool;
    return adapter;
  }
}

type GotClient = (error: Error | undefined, client: PoolClient | undefined, release: (gone?: unknown) => void) => void;

/** Both ways to ask a pool for a connection: its own `query` hands in a callback, transactions await. */
function measureWaits(pool: Pool): void {
  const connect = pool.connect.bind(pool) as (got?: GotClient) => Promise<PoolClient> | undefined;
  const measured = (got?: GotClient) => {
    const startedMs = performance.now();
    const told = () => record('db.client.connection.wait_time', (performance.now() - startedMs) / 1_000, {});
    if (got === undefined) return connect()?.finally(told);
    return connect((...answer) => {
      told();
      got(...answer);
    });
  };
  pool.connect = measured as Pool['connect'];
}
