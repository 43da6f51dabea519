import 'server-only';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { cancelReset, type OpenReset } from '@/lib/server/factors/reset-store';
import { requestFactorReset } from '@/lib/server/recovery/factor-reset';
import { findListedUser } from '@/lib/server/users/listed-user';
import type { Acting } from './acting';

/**
 * Begins a reset of the second factors of somebody who lost them all, for `reason`: after a day the next right password takes
 * them away. The owner is told at once and can stop it. One that is open goes on as it is. Nobody
 * begins their own: a stolen browser must not be able to.
 */
export async function startFactorReset(
  userId: string,
  reason: string,
  { actorId, facts }: Acting,
): Promise<Result<OpenReset, 'not_found' | 'no_factor' | 'own_account'>> {
  if (userId === actorId) return fail('own_account');
  const begun = await requestFactorReset({ userId, requestedBy: actorId, reason, facts });
  if (begun.ok) return begun;
  return (await findListedUser({ id: userId })) === null ? fail('not_found') : begun;
}

/** Stops a reset that is open; the link in the mail about it does nothing any more. `not_found` where none is. */
export async function stopFactorReset(userId: string, acting: Acting): Promise<Result<void, 'not_found'>> {
  return (await cancelReset(userId, acting)) ? succeed(undefined) : fail('not_found');
}
