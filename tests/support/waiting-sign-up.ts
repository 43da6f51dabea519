import { newId } from '@/lib/core/encoding';
import { CEREMONY_SECONDS } from '@/lib/core/policy';
import { seal } from '@/lib/core/token/sealed-token';
import { createCeremony } from '@/lib/server/ceremonies/ceremony-store';
import { newCode } from '@/lib/server/ceremonies/one-time-code';
import { sealKeys } from '@/lib/server/keys/data-keys';
import { randomBytes } from '@/lib/server/keys/random';
import { newSealedIdentity } from '@/lib/server/sessions/sealed-identity';

/** What a sign-up leaves in its browser, the value of a cookie, and in its mailbox. */
export type WaitingSignUp = { readonly pending: string; readonly code: string };

/**
 * Brings a sign-up to where it waits for its code, as the product does, without what costs most of its time and is proven
 * elsewhere: the hash, which is given, the words that guessers try, and the mail.
 */
export async function beginSignUp(email: string, name: string | null, passwordHash: string): Promise<WaitingSignUp> {
  const code = newCode(randomBytes);
  const jti = newId(randomBytes);
  const exp = await createCeremony(jti, 'sign-up', CEREMONY_SECONDS);
  const { current } = await sealKeys();
  const data = { email, name, passwordHash, code, session: newSealedIdentity() };
  return { pending: await seal('sign-up', { jti, exp, data }, current), code };
}
