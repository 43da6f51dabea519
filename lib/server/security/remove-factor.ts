import 'server-only';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { databaseNow } from '@/lib/server/database/live-state';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { factorRemoved } from '@/lib/server/mail/factor-messages';
import { changeAndSucceed } from '@/lib/server/sessions/change';
import type { IssuedTokens } from '@/lib/server/sessions/tokens';
import type { Signer } from '@/lib/server/step-up/guard';
import { isPasskeyOf } from './passkey-list';
import { type RemovedFactor, writeRemoval } from './removal-store';

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
export async function removeTotp(removal: Removal): Promise<Result<IssuedTokens, RemovalFailure>> {
  const { factors, isRecent } = removal.signer;
  if (!factors.hasTotp) return fail('not_found');
  const isLast = !factors.hasPasskey;
  if (isLast && !removal.mayBeLast) return fail('last_factor');
  return isRecent ? remove(removal, { kind: 'totp' }, isLast) : fail('step_up_required');
}

/** The same of one of their passkeys. `not_found` for everybody else's. */
export async function removePasskey(
  removal: Removal & { readonly id: string },
): Promise<Result<IssuedTokens, RemovalFailure>> {
  const { signer, mayBeLast, id } = removal;
  const { user, factors, passkeyCount, isRecent } = signer;
  const isLast = !factors.hasTotp && passkeyCount === 1;
  const refusal = isLast && !mayBeLast ? 'last_factor' : isRecent ? null : 'step_up_required';
  if (refusal === null) return remove(removal, { kind: 'passkey', id }, isLast);
  return fail((await isPasskeyOf(id, user.id)) ? refusal : 'not_found');
}

async function remove(
  { signer, facts }: Removal,
  factor: RemovedFactor,
  isLast: boolean,
): Promise<Result<IssuedTokens, RemovalFailure>> {
  const { user, sessionId, factors } = signer;
  const { ip, userAgent, device } = facts;
  const name = factor.kind === 'totp' ? 'authenticator app' : 'passkey';
  const notice = factorRemoved({ factor: name, isLast, at: await databaseNow(), device });
  const write = { userId: user.id, factor, factorsVersion: factors.factorsVersion, isLast, ip, userAgent, notice };
  const change = { userId: user.id, sessionId, facts, proof: null, othersEnd: 'factor_changed' } as const;
  const done = await changeAndSucceed(change, async (tx, newSessionId) =>
    (await writeRemoval({ ...write, sessionId: newSessionId }, tx)) ? true : null,
  );
  return done === null ? fail('not_found') : succeed(done.tokens);
}
