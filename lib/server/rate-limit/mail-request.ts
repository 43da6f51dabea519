import 'server-only';
import { type Failure, fail } from '@/lib/core/failures';
import { allMailBucket, type Bucket } from './buckets';
import { type Blocked, countAttempt } from './limiter';

/**
 * Counts a request that has a mail sent to an address, before anything is done for it. Null: go on. `silent`: the address
 * had its share, so that nothing may be sent, and the answer must be as if it were. All else is told: it says nothing of
 * the address. One statement where nothing waits; where something does, which one decides.
 *
 * @param visitors What is counted for whoever asks.
 * @param address The share of the address.
 */
export async function countMailRequest(
  visitors: readonly (Bucket | null)[],
  address: Bucket,
): Promise<Blocked | Failure<'overloaded'> | 'silent' | null> {
  if ((await countAttempt(await countedForMail(visitors, address))).ok) return null;
  const byVisitor = await countAttempt(visitors);
  if (!byVisitor.ok) return byVisitor;
  return (await countAttempt([await allMailBucket()])).ok ? 'silent' : fail('overloaded');
}

/** What such a request is counted for where nothing waits: for whoever has to give it back. */
export const countedForMail = async (
  visitors: readonly (Bucket | null)[],
  address: Bucket,
): Promise<(Bucket | null)[]> => [...visitors, await allMailBucket(), address];
