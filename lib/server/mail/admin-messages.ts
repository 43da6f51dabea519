import 'server-only';
import type { EpochSeconds } from '@/lib/core/time';
import { SITE } from '@/site';
import { composeMail, type MailMessage } from './compose';
import { formatInstant } from './wording';

/** For somebody whose account an admin disabled. */
export function accountDisabled(at: EpochSeconds): MailMessage {
  return composeMail('Your account was disabled', [
    `Those who run ${SITE.name} disabled your account on ${formatInstant(at)}. Every device was signed out, and nobody can sign in to it. Nothing was deleted.`,
    'If you do not know why, ask them.',
  ]);
}

/** The way to a new password for somebody whose password an admin took away. Good until `expiresAt`, for half an hour. */
export function passwordResetForced(url: string, expiresAt: EpochSeconds): MailMessage {
  const blocks = [
    `Those who run ${SITE.name} took the password of your account away and signed every device out. They neither know it nor can they set another: only you can, here.`,
    { label: 'Choose a new password', url },
    'The link works once, for half an hour. Later, ask for another with “Forgot password?” on the page to sign in.',
  ];
  return composeMail('Choose a new password', blocks, { expiresAt });
}

/** For somebody whose account those who run the site are to delete at `deletesAt`. `keepUrl` keeps it, until then. */
export function deletionScheduled({
  deletesAt,
  keepUrl,
}: {
  readonly deletesAt: EpochSeconds;
  readonly keepUrl: string;
}): MailMessage {
  return composeMail('Your account will be deleted', [
    `Those who run ${SITE.name} are to delete your account after ${formatInstant(deletesAt)}. Until then nobody can sign in to it, and every device was signed out.`,
    'If you asked them to, there is nothing to do. If you want to stay, keep it here:',
    { label: 'Keep my account', url: keepUrl },
    'The link signs nobody in.',
  ]);
}
