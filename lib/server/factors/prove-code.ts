import 'server-only';
import type { FactorCode } from '@/lib/core/factors/factor-code';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { MAILED_CODE_AFTER_FAILURES } from '@/lib/core/policy';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { countOutcome } from '@/lib/server/observability/outcome-counts';
import { type Bucket, factorBucket } from '@/lib/server/rate-limit/buckets';
import { type Blocked, countAttempt, takeBack } from '@/lib/server/rate-limit/limiter';
import { orGiveBack } from '@/lib/server/rate-limit/own-fault';
import { compareCode } from './compare-code';
import { type FactorHolder, findFactorHolder } from './factor-holder';
import type { Spending } from './spending';

export type CodeAttempt = {
  readonly userId: string;
  /** The known device, or the program with a secret, where attempts are counted apart; null for all strangers together. */
  readonly deviceId: string | null;
  readonly code: FactorCode;
  readonly facts: RequestFacts;
  /** False for a program with a secret: nobody else fails where it is counted. */
  readonly isRowBounded: boolean;
};

/** A right code, to be used up by the statement that acts on it, and then `bucket` is to be settled. */
export type ProvenCode = {
  readonly holder: FactorHolder;
  readonly spending: Spending;
  readonly bucket: Bucket;
};

/**
 * Compares a code of a person whose password was right, or who is signed in. Counted first, for the person, so that no other
 * way to ask brings more tries. After a hundred failures in a row nothing is compared and nothing counted (`row_too_long`)
 * until the person has signed in with a browser, where a mailed code is asked for too.
 */
export async function proveCode(
  attempt: CodeAttempt,
): Promise<Result<ProvenCode, 'invalid_code' | 'row_too_long'> | Blocked> {
  const { userId, deviceId, code, facts, isRowBounded } = attempt;
  const bucket = await factorBucket(userId, deviceId);
  const counted = await countAttempt([bucket]);
  if (!counted.ok) return counted;
  if (isRowBounded && counted.value.inARow > MAILED_CODE_AFTER_FAILURES) {
    await takeBack([bucket]);
    return fail('row_too_long');
  }
  const { holder, spending } = await orGiveBack([bucket], async () => {
    const holder = await findFactorHolder(userId);
    return { holder, spending: holder === null ? null : await compareCode(holder, code, facts) };
  });
  if (holder === null || spending === null) {
    countOutcome('typedWrong');
    return fail('invalid_code');
  }
  return succeed({ holder, spending, bucket });
}
