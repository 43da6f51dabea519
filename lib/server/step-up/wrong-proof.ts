import 'server-only';
import type { ProofKind } from '@/lib/core/factors/proof';
import { recordRepeated } from '@/lib/server/audit/repeated-events';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { countOutcome } from '@/lib/server/observability/outcome-counts';
import type { Signer } from './guard';

/** Leaves a trace of a proof that was wrong, of a person who is signed in. */
export async function traceWrongProof(
  { user, sessionId }: Pick<Signer, 'user' | 'sessionId'>,
  method: ProofKind,
  { ip, userAgent }: RequestFacts,
): Promise<void> {
  countOutcome('stepUpWrong');
  const details = { method };
  await recordRepeated({ type: 'step_up_failed', userId: user.id, sessionId, ip, userAgent, details }, sessionId);
}
