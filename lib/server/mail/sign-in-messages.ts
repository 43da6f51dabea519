import 'server-only';
import type { EpochSeconds } from '@/lib/core/time';
import { env } from '@/lib/server/config/env';
import { SITE } from '@/site';
import { composeMail, type MailMessage } from './compose';

/** The code that is wanted besides the password after many wrong ones. Six digits, good until `expiresAt`. */
export function signInCode(code: string, expiresAt: EpochSeconds): MailMessage {
  const blocks = [
    `Somebody entered the right password of your account at ${SITE.name}, after many wrong ones had been tried. This is the code to finish signing in:`,
    { code },
    'It works for ten minutes from when you signed in, in the browser where you did.',
    'Nobody from us will ever ask you for this code. If you did not sign in just now, somebody knows your password: choose another one.',
    { label: 'Choose another password', url: forgotPasswordUrl() },
  ];
  return composeMail(`Your ${SITE.name} code`, blocks, { expiresAt });
}

/** For the owner of an account whose password somebody knows, who then failed at the second step: by codes, by a passkey, or both. */
export function secondStepFailed(): MailMessage {
  return composeMail('Somebody failed at your second step', [
    `Somebody entered the right password of your account at ${SITE.name}, and then failed three times at the second step, by a code or a passkey. They did not get in.`,
    'If it was you, there is nothing to do. If it was not, somebody knows your password: choose another one.',
    { label: 'Choose another password', url: forgotPasswordUrl() },
  ]);
}

/** From the configured origin, as every link in a mail is. */
const forgotPasswordUrl = (): string => `${env().appOrigin}/forgot-password`;
