import 'server-only';
import type { EpochSeconds } from '@/lib/core/time';
import { SITE } from '@/site';
import { composeMail, type MailMessage } from './compose';
import { formatInstant, NOTHING_OR_UNDO, oneLine } from './wording';

/** For the owner of an account that a new device signed in to. `undoUrl` says that it was not them, for three days. */
export function signedInFromNewDevice({
  kind,
  name,
  at,
  undoUrl,
}: {
  readonly kind: 'browser' | 'api';
  /** Such as "Firefox on Linux", or the name of a program; null when it is not known. */
  readonly name: string | null;
  readonly at: EpochSeconds;
  readonly undoUrl: string;
}): MailMessage {
  const unnamed = kind === 'api' ? 'a program without a name' : 'a browser that we do not know';
  return composeMail('A new device signed in', [
    `Your password was used to sign in to your account at ${SITE.name} on ${formatInstant(at)}, by ${name === null ? unnamed : oneLine(name)}. It had not signed in to this account before, or its cookies were cleared.`,
    NOTHING_OR_UNDO,
    { label: 'It was not me', url: undoUrl },
  ]);
}

/** For the owner of a session that ended because an old refresh token came back. Calm: a lost answer can cause it too. */
export function sessionEndedToBeSafe(session: {
  /** Such as "Firefox on Linux"; null when it is not known. */
  readonly device: string | null;
  readonly at: EpochSeconds;
  readonly appOrigin: string;
}): MailMessage {
  const device = session.device === null ? 'one of your devices' : oneLine(session.device);
  return composeMail('A session was ended to be safe', [
    `We ended your session on ${device} on ${formatInstant(session.at)}.`,
    'Something that had expired was used to sign in there once more. A lost connection or a restored backup can do that, and so can a copy of what your browser keeps. We cannot tell them apart, so we ended the session to be safe.',
    'Your password was not needed for it, and your other sessions go on. To continue on that device, sign in again.',
    { label: 'See where you are signed in', url: `${session.appOrigin}/account/sessions` },
  ]);
}
