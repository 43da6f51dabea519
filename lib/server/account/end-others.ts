import 'server-only';
import { fail, type Result, succeed } from '@/lib/core/failures';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { changeAndSucceed } from '@/lib/server/sessions/change';
import type { IssuedTokens } from '@/lib/server/sessions/tokens';
import type { Signer } from '@/lib/server/step-up/guard';

/**
 * For somebody who saw what was not them: ends every other session, programs' too, and gives this one a successor, so that a
 * copy of its cookies is worth nothing either. The proof that it wants serves for a new password afterwards.
 */
export async function endOthers(
  { user, sessionId, isRecent }: Signer,
  facts: RequestFacts,
): Promise<Result<IssuedTokens, 'step_up_required' | 'unauthenticated'>> {
  if (!isRecent) return fail('step_up_required');
  const change = { userId: user.id, sessionId, facts, proof: null, othersEnd: 'ended_by_owner' } as const;
  const done = await changeAndSucceed(change, async () => true);
  return done === null ? fail('unauthenticated') : succeed(done.tokens);
}
