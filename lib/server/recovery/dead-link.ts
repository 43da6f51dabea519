import 'server-only';
import { fail, type Result } from '@/lib/core/failures';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { countOutcome } from '@/lib/server/observability/outcome-counts';
import { networkBuckets } from '@/lib/server/rate-limit/buckets';
import { type Blocked, countAttempt } from '@/lib/server/rate-limit/limiter';

/**
 * What a link that cannot be used is answered. Only those are counted for the network: nobody finds one of 256 random bits
 * by trying, and strangers who try from the owner's network must not keep the owner out.
 */
export async function refuseLink({ ip }: RequestFacts): Promise<Result<never, 'invalid_token'> | Blocked> {
  const counted = await countAttempt(await networkBuckets(ip));
  countOutcome(counted.ok ? 'linkDead' : 'linkBlocked');
  return counted.ok ? fail('invalid_token') : counted;
}
