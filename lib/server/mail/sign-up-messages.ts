import 'server-only';
import type { EpochSeconds } from '@/lib/core/time';
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
