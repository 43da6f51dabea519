import 'server-only';
import { amrOf } from '@/lib/core/factors/proof';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { databaseNow } from '@/lib/server/database/live-state';
import { matchingStep, newTotpSecret, type TotpAddress, totpAddress } from '@/lib/server/factors/authenticator-app';
import { keepSecret } from '@/lib/server/factors/kept-secret';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { randomBytes } from '@/lib/server/keys/random';
import { factorAdded } from '@/lib/server/mail/factor-messages';
import { newLink } from '@/lib/server/mail/new-link';
import { countOutcome } from '@/lib/server/observability/outcome-counts';
import { factorBucket } from '@/lib/server/rate-limit/buckets';
import { type Blocked, countAttempt } from '@/lib/server/rate-limit/limiter';
import { orGiveBack } from '@/lib/server/rate-limit/own-fault';
import { changeAndSucceed } from '@/lib/server/sessions/change';
import type { IssuedTokens } from '@/lib/server/sessions/tokens';
import type { Signer } from '@/lib/server/step-up/guard';
import { hasSecondFactor } from '@/lib/server/users/second-factors';
import { newRecoveryCodes } from './new-recovery-codes';
import { type QrCode, qrCode } from './qr-code';
import { openSetup, sealSetup } from './totp-ceremony';
import { writeTotp } from './totp-store';

/** What a person gives their app. `ceremony` is to come back with its first code. */
export type OfferedTotp = TotpAddress & { readonly ceremony: string; readonly qr: QrCode };

/** A new secret for the app of a person who just proved who they are. Nothing is stored. */
export async function offerTotp(signer: Signer): Promise<Result<OfferedTotp, 'step_up_required' | 'factor_exists'>> {
  if (signer.factors.hasTotp) return fail('factor_exists');
  if (!signer.isRecent) return fail('step_up_required');
  const secret = newTotpSecret(randomBytes);
  const address = totpAddress(secret, signer.user.email);
  return succeed({ ...address, ceremony: await sealSetup(signer, secret), qr: qrCode(address.uri) });
}

/** An offer that its page brought back, to be shown once more; null when it is over, or not this person's in this session. */
export async function offerAgain(signer: Signer, ceremony: string): Promise<OfferedTotp | null> {
  const setup = await openSetup(ceremony, signer);
  if (setup === null) return null;
  const address = totpAddress(setup.secret, signer.user.email);
  return { ...address, ceremony, qr: qrCode(address.uri) };
}

export type TotpConfirmation = {
  readonly signer: Signer;
  readonly ceremony: string;
  /** Six digits. */
  readonly digits: string;
  readonly facts: RequestFacts;
};

/** `recoveryCodes`: shown this once, with the first factor of a person. */
export type AddedFactor = { readonly tokens: IssuedTokens; readonly recoveryCodes: readonly string[] | null };

/**
 * Turns the app on with its first code, which shows that it works. The session that asked for it is proven by it too. With
 * the first factor of a person all their other sessions end, programs' too, because nobody showed a factor for them, and
 * they are given recovery codes. Attempts are counted where all codes of the person are, in this session.
 */
export async function confirmTotp(
  confirmation: TotpConfirmation,
): Promise<Result<AddedFactor, 'invalid_code' | 'factor_exists' | 'unauthenticated'> | Blocked> {
  const { signer, digits, facts } = confirmation;
  const { user, sessionId, factors } = signer;
  const setup = await openSetup(confirmation.ceremony, signer);
  if (setup === null) return fail('invalid_code');
  if (factors.hasTotp) return fail('factor_exists');
  const bucket = await factorBucket(user.id, `session ${sessionId}`);
  const counted = await countAttempt([bucket]);
  if (!counted.ok) return counted;
  const now = await databaseNow();
  const step = matchingStep(setup.secret, digits, now);
  if (step === null) {
    countOutcome('typedWrong');
    return fail('invalid_code');
  }
  const isFirst = !hasSecondFactor(factors);
  const recoveryCodes = isFirst ? await newRecoveryCodes(user.id) : null;
  const undo = await newLink('/undo');
  const { ip, userAgent, device } = facts;
  const notice = factorAdded({ factor: 'authenticator app', at: now, device, undoUrl: undo.url });
  const kept = await keepSecret(user.id, setup.secret);
  const write = {
    ...setup,
    ...kept,
    userId: user.id,
    factorsVersion: factors.factorsVersion,
    step,
    recoveryCodes,
    bucket,
  };
  const proof = { amr: amrOf('totp'), passwordSince: null };
  const othersEnd = isFirst ? 'factor_changed' : null;
  const change = { userId: user.id, sessionId, facts, proof, othersEnd } as const;
  const done = await orGiveBack([bucket], () =>
    changeAndSucceed(change, async (tx, newSessionId) => {
      const told = { sessionId: newSessionId, ip, userAgent, notice, undoHash: undo.hash };
      return (await writeTotp({ ...write, ...told }, tx)) ? true : null;
    }),
  );
  if (done === null) return fail('invalid_code');
  countOutcome('typedRight');
  return succeed({ tokens: done.tokens, recoveryCodes: recoveryCodes?.codes ?? null });
}
