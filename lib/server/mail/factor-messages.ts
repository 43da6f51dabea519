import 'server-only';
import type { EpochSeconds } from '@/lib/core/time';
import { env } from '@/lib/server/config/env';
import { SITE } from '@/site';
import { composeMail, type MailMessage } from './compose';
import { formatInstant, onDevice } from './wording';

/** For somebody whose account has a new second factor. `undoUrl` takes it away again, for three days. */
export function factorAdded({
  factor,
  at,
  device,
  undoUrl,
}: {
  readonly factor: 'authenticator app' | 'passkey';
  readonly at: EpochSeconds;
  readonly device: string | null;
  readonly undoUrl: string;
}): MailMessage {
  const name = factor === 'passkey' ? 'A passkey' : 'An authenticator app';
  return composeMail('A second factor was added', [
    `${name} was added to your account at ${SITE.name} on ${formatInstant(at)}, ${onDevice(device)}. From now on it is asked for besides your password, or signs you in by itself.`,
    'If it was you, there is nothing to do. If it was not, say so here, for three days from now: it is removed again, the password is taken away, every device is signed out, and you get a link to a new one.',
    { label: 'It was not me', url: undoUrl },
  ]);
}

/** For somebody whose account has a second factor less. */
export function factorRemoved({
  factor,
  isLast,
  at,
  device,
}: {
  readonly factor: 'authenticator app' | 'passkey';
  /** True: a password alone signs in from now on. */
  readonly isLast: boolean;
  readonly at: EpochSeconds;
  readonly device: string | null;
}): MailMessage {
  const name = factor === 'passkey' ? 'A passkey' : 'The authenticator app';
  const rest = isLast
    ? 'It was the last second factor: your password alone signs you in now, and your recovery codes are good no more.'
    : 'What else you have set up goes on as before.';
  return composeMail('A second factor was removed', [
    `${name} of your account at ${SITE.name} was removed on ${formatInstant(at)}, ${onDevice(device)}. Every other device was signed out. ${rest}`,
    'If it was you, there is nothing to do. If it was not, choose another password at once, and then look at what protects your account.',
    { label: 'Choose another password', url: `${env().appOrigin}/forgot-password` },
  ]);
}

/** For somebody who has new recovery codes. */
export function recoveryCodesMade({
  at,
  device,
}: {
  readonly at: EpochSeconds;
  readonly device: string | null;
}): MailMessage {
  return composeMail('New recovery codes were made', [
    `New recovery codes of your account at ${SITE.name} were made on ${formatInstant(at)}, ${onDevice(device)}. The ones before are good no more.`,
    'If it was you, there is nothing to do. If it was not, sign in, make new codes, and choose another password.',
    { label: 'Look at what protects your account', url: `${env().appOrigin}/account/security` },
  ]);
}

/**
 * For somebody whose second factors an admin is to take away from `notBefore` on, because they said that all are lost.
 * `stopUrl` stops it, and so does any proof of a factor.
 */
export function factorResetBegun({
  notBefore,
  stopUrl,
}: {
  readonly notBefore: EpochSeconds;
  readonly stopUrl: string;
}): MailMessage {
  return composeMail('Your second factors are to be removed', [
    `Somebody told those who run ${SITE.name} that all second factors and recovery codes of your account are lost. From ${formatInstant(notBefore)} on, the next sign-in with your password removes them and asks for nothing else. Until then your account is as protected as before.`,
    'If it was you, wait until then and sign in. If it was not, stop it here, or sign in with your second factor, which stops it too:',
    { label: 'Stop the reset', url: stopUrl },
  ]);
}

/** For somebody whose second factors are gone by a reset. */
export function factorsReset(at: EpochSeconds): MailMessage {
  return composeMail('Your second factors were removed', [
    `All second factors and recovery codes of your account at ${SITE.name} were removed on ${formatInstant(at)}, because they had been reported as lost. Every other device was signed out. Your password alone signs you in now.`,
    'If it was you, set up a new second factor. If it was not, choose another password at once, and tell those who run this site.',
    { label: 'Choose another password', url: `${env().appOrigin}/forgot-password` },
  ]);
}

/** For somebody whose recovery code was used in place of a second factor; `left` are good still. */
export function recoveryCodeUsed(left: number): MailMessage {
  return composeMail('A recovery code was used', [
    `A recovery code of your account at ${SITE.name} was used in place of the second factor. ${leftover(left)}`,
    'If it was you, there is nothing to do, but where your other way to confirm is lost, set up a new one. If it was not, somebody knows your password and has your codes: sign in, make new codes, and choose another password.',
    { label: 'Look at what protects your account', url: `${env().appOrigin}/account/security` },
  ]);
}

function leftover(left: number): string {
  if (left === 0) return 'It was the last one: make new ones.';
  return left === 1 ? 'One is left.' : `${left} are left.`;
}
