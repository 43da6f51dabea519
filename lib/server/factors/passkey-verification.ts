import 'server-only';
import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';
import { cose, decodeAttestationObject, decodeCredentialPublicKey } from '@simplewebauthn/server/helpers';
import { fromBase64Url } from '@/lib/core/encoding';
import { parseJsonObject } from '@/lib/core/json';
import { env } from '@/lib/server/config/env';
import { ownRelyingPartyId } from '@/lib/server/config/passkeys';
import { ALGORITHMS } from './passkey-options';
import type { KnownPasskey } from './passkey-store';

/** What a browser brings of a passkey that signed (`AuthenticationResponseJSON` of WebAuthn §5.1.8), all base64url. */
export type Assertion = {
  /** Of the credential. */
  readonly id: string;
  readonly response: {
    readonly clientDataJSON: string;
    readonly authenticatorData: string;
    readonly signature: string;
    /** Platforms may leave it out; the credential's id alone says then whose it is. */
    readonly userHandle?: string | undefined;
  };
};

/** What a browser brings of a passkey that was made (`RegistrationResponseJSON`). */
export type Attestation = {
  readonly id: string;
  readonly response: {
    readonly clientDataJSON: string;
    readonly attestationObject: string;
    readonly transports?: string[] | undefined;
  };
};

/** What a passkey said of itself as it signed. */
export type SignedState = {
  readonly counter: number;
  readonly backupEligible: boolean;
  readonly backedUp: boolean;
};

export type NewPasskey = SignedState & {
  readonly credentialId: Uint8Array<ArrayBuffer>;
  readonly publicKey: Uint8Array<ArrayBuffer>;
  readonly aaguid: string;
};

/** Of a credential: WebAuthn §4 allows no longer ones. */
export const MAX_CREDENTIAL_ID_BYTES = 1_023;

/**
 * Verifies that `passkey` signed `challenge` on our pages, for the person who was there and whom it has verified (WebAuthn
 * §7.2). Null whatever is wrong. The counter is for the caller to judge, who knows that the signature was right: a zero
 * switches the library's own check off.
 */
export async function verifyAssertion(
  { id, response }: Assertion,
  challenge: string,
  { publicKey, backupEligible }: KnownPasskey,
): Promise<SignedState | null> {
  return orNull(async (rpId) => {
    if (isEmbedded(response.clientDataJSON) || !isOffered(publicKey)) return null;
    const { clientDataJSON, authenticatorData, signature } = response;
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: {
        id,
        rawId: id,
        type: 'public-key',
        clientExtensionResults: {},
        response: { clientDataJSON, authenticatorData, signature },
      },
      expectedChallenge: challenge,
      expectedOrigin: env().appOrigin,
      expectedRPID: rpId,
      requireUserVerification: true,
      credential: { id, publicKey, counter: 0 },
    });
    const { newCounter: counter, credentialDeviceType, credentialBackedUp: backedUp } = authenticationInfo;
    // Fixed when it was made (§6.1.3): another answer is of another key.
    const isSame = (credentialDeviceType === 'multiDevice') === backupEligible;
    return verified && isSame ? { counter, backupEligible, backedUp } : null;
  });
}

/**
 * Verifies that a passkey was made for `challenge` on our pages, with the person there and verified (WebAuthn §7.1). Null
 * whatever is wrong. No attestation is asked for, and one with certificates is refused: the library would ask for their
 * revocation lists at addresses that they name. One that the key itself has signed comes though none was asked for (§5.1.3
 * leaves it as it is): it has to be right, and nothing follows from it.
 */
export async function verifyAttestation({ id, response }: Attestation, challenge: string): Promise<NewPasskey | null> {
  return orNull(async (rpId) => {
    const { clientDataJSON, attestationObject } = response;
    if (isEmbedded(clientDataJSON) || hasCertificates(attestationObject)) return null;
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: {
        id,
        rawId: id,
        type: 'public-key',
        clientExtensionResults: {},
        response: { clientDataJSON, attestationObject },
      },
      expectedChallenge: challenge,
      expectedOrigin: env().appOrigin,
      expectedRPID: rpId,
      requireUserPresence: true,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    });
    const credentialId = registrationInfo === undefined ? null : fromBase64Url(registrationInfo.credential.id);
    if (!verified || credentialId === null || registrationInfo.credential.id !== id) return null;
    if (credentialId.length === 0 || credentialId.length > MAX_CREDENTIAL_ID_BYTES) return null;
    const { credential, credentialDeviceType, credentialBackedUp: backedUp, aaguid } = registrationInfo;
    const { publicKey, counter } = credential;
    return {
      credentialId,
      publicKey,
      counter,
      backupEligible: credentialDeviceType === 'multiDevice',
      backedUp,
      aaguid,
    };
  });
}

/** The library throws plain errors at whatever it does not like, and at what it cannot read. */
async function orNull<T>(verify: (rpId: string) => Promise<T | null>): Promise<T | null> {
  const rpId = ownRelyingPartyId();
  if (rpId === null) return null;
  try {
    return await verify(rpId);
  } catch {
    return null;
  }
}

/** Whether a page was in a frame of another site (§5.8.1). The library lets that pass where no `topOrigin` is named. */
function isEmbedded(clientDataJson: string): boolean {
  const bytes = fromBase64Url(clientDataJson);
  const client = bytes === null ? null : parseJsonObject(bytes);
  if (client === null) return true;
  return (client['crossOrigin'] ?? false) !== false || client['topOrigin'] !== undefined;
}

/** Whether the key is of an algorithm that we ask for. */
function isOffered(publicKey: Uint8Array<ArrayBuffer>): boolean {
  return ALGORITHMS.includes(decodeCredentialPublicKey(publicKey).get(cose.COSEKEYS.alg) ?? 0);
}

function hasCertificates(attestationObject: string): boolean {
  const bytes = fromBase64Url(attestationObject);
  if (bytes === null) return true;
  const decoded = decodeAttestationObject(bytes);
  const format = decoded.get('fmt');
  return format !== 'none' && (format !== 'packed' || decoded.get('attStmt').get('x5c') !== undefined);
}
