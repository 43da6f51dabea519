import type { Question } from '../carried-change';
import type { FactorAction } from './factor-changes';

/** What removing the last one does. */
export const LAST_TEXT =
  'Your recovery codes are deleted with it. After that your password alone signs you in, and whoever learns it gets in.';

/** All that a change does which waits for its proof. */
export function ChangeSentence({ request }: Pick<Question<FactorAction>, 'request'>) {
  switch (request.action) {
    case 'set_up_totp':
      return (
        <p>
          You asked to set up an authenticator app. You are shown a new key for it; nothing changes before you have
          entered the first code.
        </p>
      );
    case 'remove_totp':
      return (
        <p>
          You asked to remove the authenticator app from your account, and to sign out every other device.{' '}
          {request.isLast ? LAST_TEXT : 'Your passkeys stay.'}
        </p>
      );
    case 'remove_passkey':
      return (
        <p>
          You asked to remove the passkey <bdi className="font-semibold text-ink wrap-anywhere">{request.name}</bdi>{' '}
          from your account, and to sign out every other device.{' '}
          {request.isLast ? LAST_TEXT : 'Your other second factors stay.'}
        </p>
      );
    case 'make_codes':
      return (
        <p>You asked for ten new recovery codes. The ones that you have, used or not, are good no more after that.</p>
      );
  }
}
