import 'server-only';
import { fail, type Result } from '@/lib/core/failures';
import { arePasskeysAvailable } from '@/lib/server/config/passkeys';
import { ANYBODY } from '@/lib/server/factors/passkey-ceremony';
import { offerRequest, type RequestOffer } from '@/lib/server/factors/passkey-options';
import { passkeysOf } from '@/lib/server/factors/passkey-store';
import { openStep } from './pending-step';

/** For a sign-in by passkey alone. It is for nobody yet, and costs no statement: every view of the form asks for one. */
export const offerSignIn = (): Promise<Result<RequestOffer, 'passkeys_unavailable'>> =>
  offerRequest('passkey-sign-in', ANYBODY, []);

/** For the second step of the sign-in under way in a browser, by a passkey of its person. */
export async function offerSecondStep(
  pendingCookie: string | null,
): Promise<Result<RequestOffer, 'passkeys_unavailable' | 'invalid_code'>> {
  if (!arePasskeysAvailable()) return fail('passkeys_unavailable');
  const opened = await openStep(pendingCookie);
  if (opened === null) return fail('invalid_code');
  const { userId } = opened.step;
  return offerRequest('passkey-second-factor', { sub: userId, sid: null }, await passkeysOf(userId));
}
