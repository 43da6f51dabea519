import 'server-only';
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import { fromBase64Url } from '@/lib/core/encoding';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { CEREMONY_SECONDS } from '@/lib/core/policy';
import type { PasskeyPurpose } from '@/lib/core/token/sealed-token';
import { ownRelyingPartyId } from '@/lib/server/config/passkeys';
import type { PublicUser } from '@/lib/server/users/user-store';
import { SITE } from '@/site';
import { type CeremonyOwner, sealPasskeyCeremony } from './passkey-ceremony';
import type { PasskeyDescriptor } from './passkey-store';

/**
 * Ed25519, ES256 and RS256, best first (COSE). Named here and not left to the library, which offers others where the
 * runtime can: a key that is made with one instance has to sign in at every other.
 */
export const ALGORITHMS = [-8, -7, -257];

const TIMEOUT_MS = CEREMONY_SECONDS * 1_000;

/** For `navigator.credentials`; `ceremony` is to come back with its answer. */
export type Offered<Options> = { readonly ceremony: string; readonly options: Options };
export type RequestOffer = Offered<PublicKeyCredentialRequestOptionsJSON>;
export type CreationOffer = Offered<PublicKeyCredentialCreationOptionsJSON>;

/** How devices name the passkeys of a person to them. */
export const passkeyNames = ({ email, name }: PublicUser) => ({ userName: email, userDisplayName: name ?? email });

/** Asks for one of `passkeys`; where none is named, for whichever of this site the person has. */
export async function offerRequest(
  purpose: PasskeyPurpose,
  owner: CeremonyOwner,
  passkeys: readonly PasskeyDescriptor[],
): Promise<Result<RequestOffer, 'passkeys_unavailable'>> {
  const rpID = ownRelyingPartyId();
  if (rpID === null) return fail('passkeys_unavailable');
  const { ceremony, challenge } = await sealPasskeyCeremony(purpose, owner);
  const options = await generateAuthenticationOptions({
    rpID,
    challenge: bytesOf(challenge),
    allowCredentials: [...passkeys],
    userVerification: 'required',
    timeout: TIMEOUT_MS,
  });
  return succeed({ ceremony, options });
}

/**
 * Asks for a new passkey that is discoverable and verifies its person, none of those that they have. `handle` is `user.id`:
 * random, because it is told to whoever holds a security key (WebAuthn §14.6.1).
 */
export async function offerCreation(
  owner: CeremonyOwner,
  user: PublicUser,
  handle: string,
  passkeys: readonly PasskeyDescriptor[],
): Promise<Result<CreationOffer, 'passkeys_unavailable'>> {
  const rpID = ownRelyingPartyId();
  if (rpID === null) return fail('passkeys_unavailable');
  const { ceremony, challenge } = await sealPasskeyCeremony('passkey-new', owner, handle);
  const options = await generateRegistrationOptions({
    rpID,
    rpName: SITE.name,
    userID: bytesOf(handle),
    ...passkeyNames(user),
    challenge: bytesOf(challenge),
    excludeCredentials: [...passkeys],
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    attestationType: 'none',
    supportedAlgorithmIDs: ALGORITHMS,
    timeout: TIMEOUT_MS,
  });
  return succeed({ ceremony, options });
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = fromBase64Url(text);
  if (bytes === null) throw new Error('What we sealed is no base64url');
  return bytes;
}
