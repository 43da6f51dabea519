import 'server-only';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { recordAudit } from '@/lib/server/audit/audit-log';
import { consumeOnce } from '@/lib/server/ceremonies/ceremony-store';
import type { Blocked } from '@/lib/server/rate-limit/limiter';
import { changeAndSucceed } from '@/lib/server/sessions/change';
import type { IssuedTokens } from '@/lib/server/sessions/tokens';
import type { Carried } from './carried-request';
import { type PasswordProof, provePassword } from './prove-password';

export type StepUpFailure = 'unauthenticated' | 'invalid_credentials' | 'overloaded' | 'used';

/**
 * Lets a person who is signed in prove once more who they are. A new session takes the place of theirs, so that a copy of
 * its cookies does not become worth more. `confirmed`, what the proof was given for, is good once: `used` when it was
 * confirmed before, and then nothing begins.
 */
export async function stepUp(
  proof: PasswordProof,
  confirmed: Pick<Carried, 'jti' | 'exp'> | null = null,
): Promise<Result<IssuedTokens, StepUpFailure> | Blocked> {
  const { signer, facts } = proof;
  const proven = await provePassword(proof);
  if (!proven.ok) return proven;
  const { sessionId, user } = signer;
  const { ip, userAgent } = facts;
  let isUsed = false;
  const amrProof = { amr: ['pwd'], passwordSince: proven.value };
  const change = { userId: user.id, sessionId, facts, proof: amrProof, othersEnd: null };
  const done = await changeAndSucceed(change, async (tx, newSessionId) => {
    if (confirmed !== null && !(await consumeOnce('carried', confirmed, tx))) {
      isUsed = true;
      return null;
    }
    const details = { method: 'password' };
    await recordAudit({ type: 'stepped_up', userId: user.id, sessionId: newSessionId, ip, userAgent, details }, tx);
    return true;
  });
  if (done !== null) return succeed(done.tokens);
  return fail(isUsed ? 'used' : 'unauthenticated');
}
