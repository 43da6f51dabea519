import 'server-only';
import { PrismaPg } from '@prisma/adapter-pg';
import { env } from '@/lib/server/config/env';
import { type Prisma, PrismaClient } from './generated/prisma/client';

const POOL_SIZE = 10;
const CONNECT_TIMEOUT_MS = 5_000;
/** The server gives a statement up. */
const STATEMENT_TIMEOUT_MS = 8_000;
/** We do, when not even that comes back: a network that swallows packets ends no query by itself. */
const QUERY_TIMEOUT_MS = 10_000;

/** What statements run in: a transaction, or `db()` outside of one. */
export type Transaction = Prisma.TransactionClient;

const shared = globalThis as typeof globalThis & { handstampDb?: PrismaClient };

/** The database client of this process. One for all bundles of the server, so that there is one pool. */
export function db(): PrismaClient {
  shared.handstampDb ??= connect(env().databaseUrl);
  return shared.handstampDb;
}

/** A client of its own for `connectionString`; the caller ends it with `$disconnect`. */
export function connect(connectionString: string): PrismaClient {
  const adapter = new PrismaPg({
    connectionString,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
  });
  return new PrismaClient({ adapter });
}
