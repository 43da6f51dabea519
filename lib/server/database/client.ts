import 'server-only';
import { env } from '@/lib/server/config/env';
import { poolConfig } from './connection';
import { type Prisma, PrismaClient } from './generated/prisma/client';
import { WatchedPg } from './pool-watch';

/** What statements run in: a transaction, or `db()` outside of one. */
export type Transaction = Prisma.TransactionClient;

const shared = globalThis as typeof globalThis & { handstampDb?: PrismaClient };

/** The database client of this process. One for all bundles of the server, so that there is one pool. */
export function db(): PrismaClient {
  const { databaseUrl, databasePoolSize } = env();
  shared.handstampDb ??= new PrismaClient({ adapter: new WatchedPg(poolConfig(databaseUrl, databasePoolSize)) });
  return shared.handstampDb;
}

/** Ends the connections of this process, if there are any. For its end: whoever asks `db()` later begins anew. */
export async function closeDatabase(): Promise<void> {
  await shared.handstampDb?.$disconnect();
}
