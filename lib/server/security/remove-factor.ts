import 'server-only';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { databaseNow } from '@/lib/server/database/live-state';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { factorRemoved } from '@/lib/server/mail/factor-messages';
import { changeAndSucceed } from '@/lib/server/sessions/change';
import type { IssuedTokens } from '@/lib/server/sessions/tokens';
import type { Signer } from '@/lib/server/step-up/guard';
import { writeRemoval } from './removal-store';

export type Removal = {
  readonly signer: Signer;
  /** True: the person knows that a password alone signs them in afterwards. */
  readonly mayBeLast: boolean;
  readonly facts: RequestFacts;
};

export type RemovalFailure = 'not_found' | 'last_factor' | 'step_up_required' | 'unauthenticated';

/**
 * Removes the authenticator app of a person who just proved a factor. With the last factor their recovery codes go too. All
 * other sessions end, and the owner has a mail.
 */
export async function removeTotp({ signer, mayBeLast, facts }: Removal): Promise<Result<IssuedTokens, RemovalFailure>> {
  const { user, sessionId, factors, isRecent } = signer;
  if (!factors.hasTotp) return fail('not_found');
  const isLast = !factors.hasPasskey;
  if (isLast && !mayBeLast) return fail('last_factor');
  if (!isRecent) return fail('step_up_required');
  const { ip, userAgent, device } = facts;
  const notice = factorRemoved({ factor: 'authenticator app', isLast, at: await databaseNow(), device });
  const write = { userId: user.id, factorsVersion: factors.factorsVersion, isLast, ip, userAgent, notice };
  const change = { userId: user.id, sessionId, facts, proof: null, othersEnd: 'factor_changed' } as const;
  const done = await changeAndSucceed(change, async (tx, newSessionId) =>
    (await writeRemoval({ ...write, sessionId: newSessionId }, tx)) ? true : null,
  );
  return done === null ? fail('not_found') : succeed(done.tokens);
}
