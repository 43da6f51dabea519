import { post } from '@/app/_components/forms/use-auth-form';
import { isRecord } from '@/lib/core/json';
import { loadPasskeys, type Refusal } from './assertion';

type Library = Awaited<ReturnType<typeof loadPasskeys>>;
type Offer = { ceremony: string; options: Parameters<Library['startRegistration']>[0]['optionsJSON'] };

/** What came of making a passkey. */
export type Added =
  /** `recoveryCodes`: shown this once, with the first second factor of a person. */
  | { readonly kind: 'added'; readonly recoveryCodes: readonly string[] | null }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** The device holds a passkey of this account already. */
  | { readonly kind: 'known' }
  /** The person closed the question, or the device could not make one. */
  | { readonly kind: 'dismissed' };

/** Has the browser make a passkey for the person signed in, and the account keep it under the name of the device. */
export async function addPasskey(): Promise<Added> {
  let offer: Offer | undefined;
  const refused = await post('/api/account/passkeys/options', {}, async (answer) => {
    offer = await answer.json();
  });
  if (refused !== null) return { kind: 'refused', refusal: refused };
  if (offer === undefined) return { kind: 'dismissed' };
  const { ceremony, options } = offer;
  const attestation = await make(options);
  if (typeof attestation === 'string') return { kind: attestation };
  let answered: unknown;
  const refusal = await post('/api/account/passkeys', { ceremony, attestation }, async (answer) => {
    answered = await answer.json();
  });
  if (refusal !== null) return { kind: 'refused', refusal };
  const codes = isRecord(answered) ? answered['recoveryCodes'] : null;
  return { kind: 'added', recoveryCodes: Array.isArray(codes) ? codes.map(String) : null };
}

async function make(options: Offer['options']) {
  const { startRegistration, WebAuthnError } = await loadPasskeys();
  try {
    return await startRegistration({ optionsJSON: options });
  } catch (error) {
    const isKnown = error instanceof WebAuthnError && error.code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED';
    return isKnown ? 'known' : 'dismissed';
  }
}
