import 'server-only';
import type { ClientBase, PoolConfig } from 'pg';

const CONNECT_TIMEOUT_MS = 5_000;
/** The server gives a statement up. */
const STATEMENT_TIMEOUT_MS = 8_000;
/** We do, when not even that comes back: a network that swallows packets ends no query by itself. */
const QUERY_TIMEOUT_MS = 10_000;
/** After a failover, a connection to the server that became read-only is gone within this time. */
const MAX_LIFETIME_SECONDS = 60;

/**
 * How this process connects to PostgreSQL, directly or through a connection pool. A pool refuses a startup packet with
 * parameters that it does not know, so nothing of ours is in it: `prepareConnection` sets what we need.
 *
 * @param size The most connections at once.
 */
export const poolConfig = (connectionString: string, size: number): PoolConfig => ({
  connectionString,
  max: size,
  connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  query_timeout: QUERY_TIMEOUT_MS,
  maxLifetimeSeconds: MAX_LIFETIME_SECONDS,
  keepAlive: true,
  onConnect: prepareConnection,
});

/**
 * Makes a new connection independent of the defaults of its server, database and role: Prisma writes and reads times
 * without an offset, so they must be in UTC, and ISO is the one style of dates that can be read again.
 *
 * PgBouncer keeps both settings apart for each of its clients, in transaction mode too. A limit for statements would be
 * left behind on a connection that belongs to others next, so it is set on direct connections only.
 */
export async function prepareConnection(client: ClientBase): Promise<void> {
  const pid = backendPidSaid(client);
  await client.query(
    `SET TIME ZONE 'UTC'; SET DateStyle TO ISO;
     SELECT set_config('statement_timeout', '${STATEMENT_TIMEOUT_MS}', false) WHERE pg_backend_pid() = ${pid}`,
  );
}

/** True when a pool stands between: it names another backend when connecting than the one that runs the statements. */
export async function isPooled(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid !== backendPidSaid(client);
}

/** The number of the backend that the server, or a pool in its place, gave when it let us in; 0 when it gave none. */
function backendPidSaid(client: ClientBase): number {
  const pid: unknown = 'processID' in client ? client.processID : 0;
  return typeof pid === 'number' ? pid : 0;
}
