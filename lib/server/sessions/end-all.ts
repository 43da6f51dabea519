import 'server-only';
import { db, type Transaction } from '@/lib/server/database/client';
import { type EndingScope, endSessionsWith } from './ending';

/** Sessions that one statement looks at: few enough for any time limit of the server. */
const BATCH = 1_000;

const BY_OPERATOR = { reason: 'ended_by_admin', audit: 'session_ended', facts: null, askedBy: null } as const;

/**
 * Ends every live session that began before a moment, whoever's, in batches by their numbers; how many ended. For the day
 * after a restore: a session that was ended since the backup is live again. Safe to run again, and beside servers that
 * work, which learn of it within a second. With `tx`, all of it happens or nothing.
 */
export async function endSessionsBegunBefore(begunBefore: Date, tx: Transaction = db()): Promise<number> {
  let ended = 0;
  for (let batch = await nextBatch(0n, tx); batch !== null; batch = await nextBatch(batch.until, tx)) {
    ended += (await endSessionsWith(tx, { begunBefore, ...batch }, BY_OPERATOR)).endedNumbers.length;
  }
  return ended;
}

/** Which sessions were ended once, as somebody outside of the database wrote it down. */
export type EndedOnce = {
  readonly sessionIds: readonly string[];
  /** Of those whose id nobody wrote down, because they were deleted. */
  readonly statusNumbers: readonly number[];
  /** People whose sessions went with their accounts. */
  readonly userIds: readonly string[];
};

/** Ends those of them that are live, in the transaction `tx`; how many. Ids that are nobody's are passed over. */
export async function endAgain({ sessionIds, statusNumbers, userIds }: EndedOnce, tx: Transaction): Promise<number> {
  const scopes: EndingScope[] = [
    ...batchesOf(sessionIds).map((batch) => ({ sessionIds: batch })),
    ...batchesOf(statusNumbers).map((batch) => ({ statusNumbers: batch })),
    ...userIds.map((userId) => ({ userId })),
  ];
  let ended = 0;
  for (const scope of scopes) ended += (await endSessionsWith(tx, scope, BY_OPERATOR)).endedNumbers.length;
  return ended;
}

const batchesOf = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / BATCH) }, (_, n) => all.slice(n * BATCH, (n + 1) * BATCH));

/** The next numbers: those above `above`, up to `until`; null at the end. */
async function nextBatch(
  above: bigint,
  tx: Transaction,
): Promise<{ readonly above: bigint; readonly until: bigint } | null> {
  const [row] = await tx.$queryRaw<{ until: bigint | null }[]>`
    SELECT max("statusNumber") AS until FROM (
      SELECT "statusNumber" FROM "Session" WHERE "statusNumber" > ${above} ORDER BY "statusNumber" LIMIT ${BATCH}
    ) batch`;
  return row === undefined || row.until === null ? null : { above, until: row.until };
}
