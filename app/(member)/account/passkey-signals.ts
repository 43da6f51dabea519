import { loadPasskeys } from '@/app/_components/passkeys/assertion';
import { isPasskeySupported } from '@/app/_components/passkeys/use-passkey-support';
import type { PasskeyAccount } from '@/lib/server/security/passkey-account';
import { ownPasskeyAccount } from './signal-actions';

type Library = Awaited<ReturnType<typeof loadPasskeys>>;
type Signal = Parameters<Library['sendSignal']>[0];

/**
 * Tells devices which passkeys are good here, so that they stop offering the others. A device may delete what is not named, so
 * the list is asked for at this moment: a page that Back brings out of the browser's memory shows an older one.
 */
export const tellAcceptedPasskeys = (): Promise<void> =>
  tell('signalAllAcceptedCredentials', ({ handle, credentialIds }) => ({
    signalName: 'allAcceptedCredentials',
    rpID: location.hostname,
    userID: handle,
    allAcceptedCredentialIDs: [...credentialIds],
  }));

/** Tells devices by what address and name a passkey is known to its owner now. */
export const tellPasskeyNames = (): Promise<void> =>
  tell('signalCurrentUserDetails', ({ handle, userName, userDisplayName }) => ({
    signalName: 'currentUserDetails',
    rpID: location.hostname,
    userID: handle,
    userName,
    userDisplayName,
  }));

/** Says nothing when anything fails, or the browser cannot be told: its devices go on offering what they know. */
async function tell(method: string, signalOf: (account: PasskeyAccount) => Signal): Promise<void> {
  if (!isPasskeySupported() || !(method in PublicKeyCredential)) return;
  try {
    const account = await ownPasskeyAccount();
    if (account === null) return;
    const { sendSignal } = await loadPasskeys();
    await sendSignal(signalOf(account));
  } catch {
    // As above.
  }
}
