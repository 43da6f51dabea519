import 'server-only';
import { db } from '@/lib/server/database/client';
import { endSessionsWith } from './ending';

/** Sessions that one statement looks at: few enough for any time limit of the server. */
const BATCH = 1_000;

/**
 * Ends every live session that began before a moment, whoever's, in batches by their numbers; how many ended. For the day
 * after a restore: a session that was ended since the backup is live again. Safe to run again, and beside servers that
 * work, which learn of it within a second.
 */
export async function endSessionsBegunBefore(begunBefore: Date): Promise<number> {
  let ended = 0;
  for (let batch = await nextBatch(0n); batch !== null; batch = await nextBatch(batch.until)) {
    const ending = { reason: 'ended_by_admin', audit: 'session_ended', facts: null, askedBy: null } as const;
    ended += (await endSessionsWith(db(), { begunBefore, ...batch }, ending)).endedNumbers.length;
  }
  return ended;
}

/** The next numbers: those above `above`, up to `until`; null at the end. */
async function nextBatch(above: bigint): Promise<{ readonly above: bigint; readonly until: bigint } | null> {
  const [row] = await db().$queryRaw<{ until: bigint | null }[]>`
    SELECT max("statusNumber") AS until FROM (
      SELECT "statusNumber" FROM "Session" WHERE "statusNumber" > ${above} ORDER BY "statusNumber" LIMIT ${BATCH}
    ) batch`;
  return row === undefined || row.until === null ? null : { above, until: row.until };
}
