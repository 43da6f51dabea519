import 'server-only';
import type { Bucket } from './buckets';
import { takeBack } from './limiter';

/**
 * Runs what follows a counted attempt up to its verdict, or what a right one leads to. When it throws, the fault is ours,
 * such as a database with a full disk, and what was counted is taken back: nobody has to wait for it. A verdict that was
 * wrong stays counted whatever fails after it: else guesses would be free for as long as only they fail.
 *
 * @param giveBack What else is given back, such as a try of a ceremony. Where the database takes nothing at all, the count
 *   stays.
 */
export async function orGiveBack<T>(
  counted: readonly (Bucket | null)[],
  work: () => Promise<T>,
  giveBack: () => Promise<void> = async () => undefined,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // The caller is told of the first fault.
    await Promise.allSettled([takeBack(counted), giveBack()]);
    throw error;
  }
}
