import 'server-only';
import type { EpochSeconds } from '@/lib/core/time';
import { env } from '@/lib/server/config/env';
import { SITE } from '@/site';
import { composeMail, type MailMessage } from './compose';

/** The code that proves an address. Six digits, good until `expiresAt`, ten minutes from when it was asked for. */
export function signUpCode(code: string, expiresAt: EpochSeconds): MailMessage {
  const blocks = [
    'This is the code to finish creating your account:',
    { code },
    'It works for ten minutes from when you asked for it, in the browser where you started.',
    'Nobody from us will ever ask you for this code. If you did not ask for it, ignore this mail: nothing happens without the code.',
  ];
  return composeMail(`Your ${SITE.name} code`, blocks, { expiresAt });
}

/** For somebody who signs up with an address that has an account already. Sent to the owner only: no page tells. */
export function alreadyRegistered(appOrigin: string): MailMessage {
  return composeMail('You already have an account', [
    'Somebody, most likely you, asked to create an account with this address. There is one already, so nothing was changed.',
    { label: 'Sign in', url: `${appOrigin}/login` },
    'If it was not you, ignore this mail: your account is as it was.',
  ]);
}

/** The way to a new password, for whoever reads the mails of an account. Good until `expiresAt`, for half an hour. */
export function resetLink(url: string, expiresAt: EpochSeconds): MailMessage {
  const blocks = [
    `Somebody, most likely you, asked for a new password for your account at ${SITE.name}.`,
    { label: 'Choose a new password', url },
    'The link works once, for half an hour from when you asked for it. It leaves your password as it is until you have chosen another.',
    'If it was not you, ignore this mail: nobody gets in by asking. Do not pass the link on.',
  ];
  return composeMail('Choose a new password', blocks, { expiresAt });
}

/** For somebody whose password was set by a link of `resetLink`. `undoUrl` takes it back, for three days. */
export function passwordWasReset({
  at,
  undoUrl,
}: {
  readonly at: EpochSeconds;
  readonly undoUrl: string;
}): MailMessage {
  return composeMail('Your password was changed', [
    `The password of your account at ${SITE.name} was set anew on ${formatInstant(at)}, by a link that we mailed to this address. Every device was signed out.`,
    'If it was you, there is nothing to do. If it was not, somebody reads your mail: secure your mailbox first. Then say so here, for three days from now, and the password is taken away again:',
    { label: 'It was not me', url: undoUrl },
  ]);
}

/** For somebody whose password was changed by a browser that was signed in. `undoUrl` takes it back, for three days. */
export function passwordChanged({
  at,
  device,
  undoUrl,
}: {
  readonly at: EpochSeconds;
  readonly device: string | null;
  readonly undoUrl: string;
}): MailMessage {
  return composeMail('Your password was changed', [
    `The password of your account at ${SITE.name} was changed on ${formatInstant(at)}, ${onDevice(device)}. Every other device was signed out.`,
    NOTHING_OR_UNDO,
    { label: 'It was not me', url: undoUrl },
  ]);
}

/** The code that proves a new address of an account. Six digits, good until `expiresAt`. */
export function emailCode(code: string, expiresAt: EpochSeconds): MailMessage {
  const blocks = [
    `This is the code to make this the email address of your account at ${SITE.name}:`,
    { code },
    'It works for ten minutes from when you asked for it, in the browser where you are signed in.',
    'Nobody from us will ever ask you for this code. If you did not ask for it, ignore this mail: somebody may have mistyped their address.',
  ];
  return composeMail(`Your ${SITE.name} code`, blocks, { expiresAt });
}

/** For whoever has an address that somebody wants for another account. Sent to them only: no page tells. */
export function addressInUse(): MailMessage {
  return composeMail('Somebody asked to use this address', [
    `Somebody asked to use this address for an account at ${SITE.name}. It belongs to an account already, or did so until a few days ago and is kept for its owner. So nothing was changed.`,
    'If it was you, sign in with this address, or take the change back by the link in the mail about it. If it was not you, ignore this mail.',
  ]);
}

/** For the address that an account has, when another one was asked for. Nothing has changed yet. */
export function emailChangeAsked({
  at,
  device,
}: {
  readonly at: EpochSeconds;
  readonly device: string | null;
}): MailMessage {
  return composeMail('A change of your email address was asked for', [
    `On ${formatInstant(at)}, ${onDevice(device)}, somebody who is signed in to your account at ${SITE.name} asked to change its email address. It changes once they prove the new one.`,
    'If it was you, there is nothing to do here. If it was not, sign in, end all other sessions and change your password. If the address is changed nevertheless, you get one more mail here, with a link that takes it back.',
    { label: 'See where you are signed in', url: sessionsUrl() },
  ]);
}

/** For the address that an account had. `undoUrl` gives it back, for three days. */
export function emailChangedOld({
  at,
  device,
  undoUrl,
}: {
  readonly at: EpochSeconds;
  readonly device: string | null;
  readonly undoUrl: string;
}): MailMessage {
  return composeMail('Your email address was changed', [
    `Your account at ${SITE.name} has another email address since ${formatInstant(at)}. It was changed ${onDevice(device)}. Every other device was signed out.`,
    'If it was you, there is nothing to do. If it was not, undo it here, for three days from now: the account has this address again, its password is taken away, every device is signed out, and you get a link to a new one.',
    { label: 'Undo the change', url: undoUrl },
  ]);
}

/** For the address that an account has from now on. */
export function emailChangedNew(): MailMessage {
  return composeMail('This is your new email address', [
    `Your account at ${SITE.name} has this email address now. Sign in with it from now on.`,
    'For three days, whoever reads the mails of the address before can take the change back.',
  ]);
}

/** The way to a new password for an owner who said that the last one was not theirs. Good until `expiresAt`. */
export function resetAfterReport(url: string, expiresAt: EpochSeconds): MailMessage {
  const blocks = [
    `You told us that a change of your account at ${SITE.name} was not yours. We took its password away and signed every device out.`,
    { label: 'Choose a new password', url },
    'The link works once, for half an hour. Later, ask for another with “Forgot password?” on the page to sign in.',
  ];
  return composeMail('Choose a new password', blocks, { expiresAt });
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

const NOTHING_OR_UNDO =
  'If it was you, there is nothing to do. If it was not, say so here, for three days from now: the password is taken away, every device is signed out, and you get a link to a new one.';

/** From the configured origin, as every link in a mail is. */
const sessionsUrl = (): string => `${env().appOrigin}/account/sessions`;

/** Such as "with Firefox on Linux". */
const onDevice = (device: string | null): string =>
  device === null ? 'with a device that we do not know' : `with ${oneLine(device)}`;

/** A device name comes from a header that strangers can write. */
const oneLine = (text: string): string => text.replace(/[\p{C}\s]+/gu, ' ').slice(0, 80);

const instantFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });

/** Such as "23 November 2026 at 14:05 UTC": a mail does not know where it is read. */
const formatInstant = (at: EpochSeconds): string => `${instantFormat.format(at * 1000)} UTC`;
