import 'server-only';
import type { EpochSeconds } from '@/lib/core/time';
import { SITE } from '@/site';
import { composeMail, type MailMessage } from './compose';
import { formatInstant } from './wording';

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

/** The way to a new password for an owner who said that the last one was not theirs. Good until `expiresAt`. */
export function resetAfterReport(url: string, expiresAt: EpochSeconds): MailMessage {
  const blocks = [
    `You told us that a change of your account at ${SITE.name} was not yours. We took its password away and signed every device out.`,
    { label: 'Choose a new password', url },
    'The link works once, for half an hour. Later, ask for another with “Forgot password?” on the page to sign in.',
  ];
  return composeMail('Choose a new password', blocks, { expiresAt });
}
