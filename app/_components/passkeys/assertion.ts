import { post } from '@/app/_components/forms/use-auth-form';

/** What an endpoint said against it, as a form would show it. */
export type Refusal = NonNullable<Awaited<ReturnType<typeof post>>>;

/** An answer of a passkey, to be sent with the ceremony that it belongs to. */
export type Answered = { readonly ceremony: string; readonly assertion: AssertionJson };

type Library = typeof import('@simplewebauthn/browser');
type AssertionJson = Awaited<ReturnType<Library['startAuthentication']>>;
type Offer = {
  ceremony: string;
  options: Parameters<Library['startAuthentication']>[0]['optionsJSON'];
};

/** What came of asking for a passkey. */
export type Asked =
  | ({ readonly kind: 'answered' } & Answered)
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** The person closed the question, there was no passkey, or another question took the place of this one. */
  | { readonly kind: 'dismissed' };

/** The library comes when it is needed, or the page is idle: no visit waits for it. */
export const loadPasskeys = (): Promise<Library> => import('@simplewebauthn/browser');

/**
 * Asks the endpoint for a ceremony, then the browser for a passkey. With `isOffer` the browser shows passkeys among the
 * suggestions of the field for the address, and asks nobody. There is one question at a time: a new one ends the one before.
 */
export async function askForPasskey(endpoint: string, body: Record<string, unknown>, isOffer = false): Promise<Asked> {
  let offer: Offer | undefined;
  const refusal = await post(endpoint, body, async (answer) => {
    offer = await answer.json();
  });
  if (refusal !== null || offer === undefined) return { kind: 'refused', refusal: refusal ?? UNREADABLE };
  const { ceremony, options } = offer;
  try {
    const { startAuthentication } = await loadPasskeys();
    const assertion = await startAuthentication({ optionsJSON: options, useBrowserAutofill: isOffer });
    return { kind: 'answered', ceremony, assertion };
  } catch {
    // Which of the reasons it was, the browser does not tell, so that no page learns who has a passkey.
    return { kind: 'dismissed' };
  }
}

/** Tells the browser that a passkey is good here no more, so that it is not offered again. */
export async function forgetPasskey(credentialId: string): Promise<void> {
  const { sendSignal } = await loadPasskeys();
  const signal = { signalName: 'unknownCredential', rpID: location.hostname, credentialID: credentialId } as const;
  // A browser that cannot be told goes on offering it.
  await sendSignal(signal).catch(() => undefined);
}

const UNREADABLE: Refusal = {
  code: null,
  summary: 'The server could not be understood. Reload the page, then try again.',
  fields: {},
  waitSeconds: null,
};
