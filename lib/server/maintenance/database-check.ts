import 'server-only';
import { db } from '@/lib/server/database/client';
import { connectionFault } from '@/lib/server/database/connection-faults';
import { sqlStateOf } from '@/lib/server/database/errors';
import { databaseNow } from '@/lib/server/database/live-state';
import { tablesAheadOfTheirSequence } from '@/lib/server/database/sequences';
import { presetFault } from '@/lib/server/database/session-defaults';
import { liveKeyring } from '@/lib/server/keys/live-keyring';
import { log } from '@/lib/server/observability/logger';

const MAX_QUIET_SKEW_SECONDS = 2;
/** A table or a column that is not there: the database was never migrated, or not to this release. */
const UNMIGRATED = /^42(?:P01|703)$/;

/** `away` may heal by itself; `wrong` needs somebody to change a setting. Each with what goes on a sentence. */
export type StartCheck =
  | { readonly kind: 'good' }
  | { readonly kind: 'away'; readonly reason: string }
  | { readonly kind: 'wrong'; readonly reason: string };

/** Whether this process can work with its database: reachable, in its right mind, and with keys that we can open. */
export async function checkDatabaseForStart(): Promise<StartCheck> {
  try {
    const preset = await presetFault(db());
    if (preset !== null)
      return { kind: 'wrong', reason: `the database at DATABASE_URL cannot be used as it is: ${preset}` };
  } catch (error) {
    return unreachable(error);
  }
  try {
    await liveKeyring();
    warnOfClocks(await databaseNow());
  } catch (error) {
    const isUnmigrated = UNMIGRATED.test(sqlStateOf(error) ?? '');
    if (!isUnmigrated && connectionFault(error) !== null) return unreachable(error);
    log.error('start.keys', { error });
    const reason =
      'the database has no keys that AUTH_SECRET opens; run `npm run db:migrate` with the same AUTH_SECRET';
    return { kind: 'wrong', reason };
  }
  return sequencesCheck();
}

/**
 * A sequence that is behind its table gives out numbers again: each insert would fail until it has passed them, and a status
 * number that is out already signs a new session out at its birth.
 */
async function sequencesCheck(): Promise<StartCheck> {
  let tables: readonly string[];
  try {
    tables = await tablesAheadOfTheirSequence();
  } catch (error) {
    return unreachable(error);
  }
  if (tables.length === 0) return { kind: 'good' };
  const reason = `the database would give out numbers again that it has given before (of ${tables.join(', ')}), as after a move by logical replication; run \`npm run db:restored -- --nothing-lost\` first, or with --lost-since TIME if something was lost`;
  return { kind: 'wrong', reason };
}

function unreachable(error: unknown): StartCheck {
  const fault = connectionFault(error);
  if (fault === null) {
    log.error('start.database', { error });
    return { kind: 'away', reason: 'the database at DATABASE_URL gave an error that is not known' };
  }
  const reason = `the database at DATABASE_URL ${fault.sentence}`;
  return fault.isPassing ? { kind: 'away', reason } : { kind: 'wrong', reason: `${reason}; check DATABASE_URL` };
}

function warnOfClocks(now: number): void {
  const skewSeconds = Math.round((Date.now() / 1000 - now) * 10) / 10;
  if (Math.abs(skewSeconds) > MAX_QUIET_SKEW_SECONDS) log.warn('start.clock_skew', { skewSeconds });
}
