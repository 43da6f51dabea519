import 'server-only';
import { amrOf } from '@/lib/core/factors/proof';
import { fail, type Result, succeed } from '@/lib/core/failures';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { sendDueMail } from '@/lib/server/mail/delivery';
import { countOutcome } from '@/lib/server/observability/outcome-counts';
import { type Blocked, settleSuccess } from '@/lib/server/rate-limit/limiter';
import { orGiveBack } from '@/lib/server/rate-limit/own-fault';
import { changeAndSucceed } from '@/lib/server/sessions/change';
import type { IssuedTokens } from '@/lib/server/sessions/tokens';
import type { Carried } from './carried-request';
import type { Signer } from './guard';
import { spendProof } from './proof-store';
import { type BroughtProof, type ProofFailure, prove } from './prove';
import { traceWrongProof } from './wrong-proof';

export type StepUp = {
  readonly signer: Signer;
  readonly proof: BroughtProof;
  readonly facts: RequestFacts;
  readonly deviceCookie: string | null;
};

export type StepUpFailure = ProofFailure | 'unauthenticated' | 'used';

/**
 * Lets a person who is signed in prove once more who they are. A new session takes the place of theirs, so that a copy of
 * its cookies does not become worth more. `confirmed`, what the proof was given for, is good once: `used` when it was
 * confirmed before, and then nothing begins and no code is used up.
 */
export async function stepUp(
  { signer, proof, facts, deviceCookie }: StepUp,
  confirmed: Pick<Carried, 'jti' | 'exp'> | null = null,
): Promise<Result<IssuedTokens, StepUpFailure> | Blocked> {
  const proven = await prove(proof, { signer, facts, deviceCookie });
  if (!proven.ok) return proven;
  const { kind, passwordSince, spending, bucket } = proven.value;
  const { sessionId, user } = signer;
  const { ip, userAgent } = facts;
  let refusal: StepUpFailure = 'unauthenticated';
  let isWrong = false as boolean;
  const succession = { amr: amrOf(kind), passwordSince };
  const change = { userId: user.id, sessionId, facts, proof: succession, othersEnd: null };
  const succeedBy = () =>
    changeAndSucceed(change, async (tx, newSessionId) => {
      const use = { userId: user.id, sessionId: newSessionId, kind, spending, confirmed, ip, userAgent };
      const outcome = await spendProof(use, tx);
      if (outcome === 'done') return true;
      isWrong = outcome === 'spent_before';
      if (isWrong) refusal = kind === 'passkey' ? 'invalid_passkey' : 'invalid_code';
      if (outcome === 'confirmed_before') refusal = 'used';
      return null;
    });
  const done = await (bucket === null ? succeedBy() : orGiveBack([bucket], succeedBy));
  // Of a recovery code it is known only here that there is none, or that it was used.
  if (isWrong) await traceWrongProof(signer, kind, facts);
  if (done === null) return fail(refusal);
  if (kind === 'recovery') sendDueMail();
  if (bucket !== null) {
    await settleSuccess([bucket]);
    countOutcome('stepUpRight');
  }
  return succeed(done.tokens);
}
