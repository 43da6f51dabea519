import 'server-only';
import { type Result, succeed } from '@/lib/core/failures';
import { returnTry, type Try } from '@/lib/server/ceremonies/ceremony-store';
import { countOutcome } from '@/lib/server/observability/outcome-counts';
import { type Bucket, codeBucket, networkBuckets } from '@/lib/server/rate-limit/buckets';
import { type Blocked, countAttempt } from '@/lib/server/rate-limit/limiter';
import { orGiveBack } from '@/lib/server/rate-limit/own-fault';

/** What a try of a mailed code was counted in. */
export type CountedCode = {
  /** To be settled when the code was right. */
  readonly buckets: readonly Bucket[];
  /** To be called when it was not. */
  wrong(): Promise<void>;
  /** Runs what a right code leads to: when that throws, which is our fault, the try and its count are given back. */
  orGiveBack<T>(work: () => Promise<T>): Promise<T>;
};

/**
 * Counts a try of a code that was mailed to `email`, before it is compared. The first try of a ceremony asks no count of the
 * address: whatever strangers tried there, its owner has that one. A try that has to wait is given back.
 */
export async function countCode(
  email: string,
  jti: string,
  { number }: Try,
  ip: string | null,
): Promise<Result<CountedCode, never> | Blocked> {
  const address = await codeBucket(email);
  const isFirst = number === 1;
  const counted = [...(isFirst ? [] : [address]), ...(await networkBuckets(ip))];
  const outcome = await countAttempt(counted);
  if (!outcome.ok) {
    countOutcome('typedBlocked');
    await returnTry(jti);
    return outcome;
  }
  return succeed({
    buckets: [address, ...counted],
    async wrong() {
      if (isFirst) await countAttempt([address]);
      countOutcome('typedWrong');
    },
    orGiveBack: (work) => orGiveBack(counted, work, () => returnTry(jti)),
  });
}
