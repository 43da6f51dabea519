import 'server-only';
import type { PrismaClient } from './generated/prisma/client';

type Defaults = {
  readonly zone: string;
  readonly encoding: string;
  readonly schema: string | null;
  readonly isolation: string;
  readonly bytea: string;
};

const READ = `
  SELECT current_setting('TimeZone') AS zone, current_setting('server_encoding') AS encoding, current_schema() AS schema,
    current_setting('default_transaction_isolation') AS isolation, current_setting('bytea_output') AS bytea`;

/** Looked at by so many statements at once, so that a pool has to use several of its connections. */
const LOOKS = 4;

/**
 * What a server, a database or a role may preset so that we would store or read something wrong, as one sentence with the
 * statement that mends it; null when all is well. `prepareConnection` sets what a connection pool keeps apart for each
 * of its clients; whatever that is, this asks what our statements really meet.
 *
 * @param client Its statements run through the same pool as all others.
 */
export async function presetFault(client: PrismaClient): Promise<string | null> {
  const looks = await Promise.all(Array.from({ length: LOOKS }, () => client.$queryRawUnsafe<Defaults[]>(READ)));
  const faults = looks.flat().map(faultOf);
  return faults.find((fault) => fault !== null) ?? null;
}

function faultOf({ zone, encoding, schema, isolation, bytea }: Defaults): string | null {
  const mend = (setting: string) => `run ALTER ROLE … SET ${setting}, or the same for the database`;
  if (encoding !== 'UTF8') return `its encoding is ${encoding}: make one with ENCODING 'UTF8'`;
  if (schema !== 'public') {
    return `its search_path begins with ${schema ?? 'nothing'}: ${mend('search_path = public')}`;
  }
  if (zone !== 'UTC') return `its pool loses our time zone: ${mend("timezone = 'UTC'")}`;
  if (isolation !== 'read committed') {
    return `its transactions are ${isolation}: ${mend("default_transaction_isolation = 'read committed'")}`;
  }
  return bytea === 'hex' ? null : `its bytea_output is ${bytea}: ${mend("bytea_output = 'hex'")}`;
}
