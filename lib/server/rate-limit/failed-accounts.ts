import 'server-only';
import { sprayBucket, triedBucket } from './buckets';
import { countAttempt } from './limiter';

/**
 * Notes that a network failed at an account, once for each account and quarter of an hour: a few wrong passwords at many
 * accounts show there what no count by account shows. Does nothing where the network is not known.
 */
export async function noteFailedAccount(ip: string | null, email: string): Promise<void> {
  if (ip === null) return;
  // It waits from its first count on, so that it counts once.
  const isFirst = await countAttempt([await triedBucket(ip, email)]);
  if (isFirst.ok) await countAttempt([await sprayBucket(ip)]);
}
