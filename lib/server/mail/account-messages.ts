import 'server-only';
import type { EpochSeconds } from '@/lib/core/time';
import { env } from '@/lib/server/config/env';
import { SITE } from '@/site';
import { composeMail, type MailMessage } from './compose';
import { formatInstant, NOTHING_OR_UNDO, onDevice } from './wording';

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
    'If it was you, there is nothing to do. If it was not, undo it here, for three days from now: the account has this address again, its password is taken away, second factors that came with the change or after it are removed, every device is signed out, and you get a link to a new one.',
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

/** For somebody whose account is to be deleted at `deletesAt`. `keepUrl` keeps it, until then. */
export function accountToBeDeleted({
  at,
  deletesAt,
  device,
  keepUrl,
}: {
  readonly at: EpochSeconds;
  readonly deletesAt: EpochSeconds;
  readonly device: string | null;
  readonly keepUrl: string;
}): MailMessage {
  return composeMail('Your account will be deleted', [
    `On ${formatInstant(at)}, ${onDevice(device)}, somebody who was signed in to your account at ${SITE.name} asked for it to be deleted. That happens after ${formatInstant(deletesAt)}. Until then nobody can sign in to it, and every device was signed out.`,
    'If it was you, there is nothing to do. If it was not, or you want to stay, keep it here:',
    { label: 'Keep my account', url: keepUrl },
    'The link signs nobody in. If somebody else asked for it, choose a new password afterwards: they may know yours.',
  ]);
}

/** The last mail to somebody whose account is gone. */
export function accountDeleted(): MailMessage {
  return composeMail('Your account was deleted', [
    `Your account at ${SITE.name} and all that belonged to it were deleted, as was asked for a week ago. This is the last mail about it.`,
    'What is left for some months are notes of what happened when, without your name, address, device and network. Anybody may sign up with this address again.',
  ]);
}

/** From the configured origin, as every link in a mail is. */
const sessionsUrl = (): string => `${env().appOrigin}/account/sessions`;
