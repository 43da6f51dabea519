import 'server-only';
import type { FactorCode } from '@/lib/core/factors/factor-code';
import { hashRecoveryCode } from '@/lib/core/factors/recovery-code';
import { CEREMONY_REPEAT_SECONDS } from '@/lib/core/policy';
import { db } from '@/lib/server/database/client';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { hasSecondFactor } from '@/lib/server/users/second-factors';
import { matchingStep } from './authenticator-app';
import type { FactorHolder } from './factor-holder';
import { openSecret } from './kept-secret';
import { type Spending, spendRecoveryCode, spendTotp } from './spending';

/**
 * Compares what somebody typed. Null when it is wrong; whether a right one was used before is known when it is spent. A
 * recovery code is found by its hash alone: of one that does not exist nothing is spent.
 */
export async function compareCode(
  holder: FactorHolder,
  code: FactorCode,
  facts: Pick<RequestFacts, 'ip' | 'userAgent'>,
): Promise<Spending | null> {
  const { user, factors, totp, now } = holder;
  if (!hasSecondFactor(factors)) return null;
  if (code.kind === 'recovery') {
    const left = Math.max(0, factors.recoveryCodesLeft - 1);
    return spendRecoveryCode(await hashRecoveryCode(user.id, code.plain), left, facts);
  }
  if (totp === null) return null;
  const step = matchingStep(await openSecret(user.id, totp), code.digits, now);
  return step === null ? null : spendTotp(step, facts);
}

/** Whether this very code was the last to be taken, a moment ago: for an answer that may have been lost. */
export async function wasJustSpent({ user, totp, now }: FactorHolder, code: FactorCode): Promise<boolean> {
  if (code.kind === 'totp') {
    return totp !== null && matchingStep(await openSecret(user.id, totp), code.digits, now) === totp.lastStep;
  }
  const [row] = await db().$queryRaw<{ isSpent: boolean }[]>`
    SELECT EXISTS (
      SELECT FROM "RecoveryCode" WHERE "userId" = ${user.id} AND hash = ${await hashRecoveryCode(user.id, code.plain)}
        AND "usedAt" > now() - ${CEREMONY_REPEAT_SECONDS} * interval '1 second'
    ) AS "isSpent"`;
  return row?.isSpent ?? false;
}
