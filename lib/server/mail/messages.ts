import 'server-only';
import type { EpochSeconds } from '@/lib/core/time';
import { SITE } from '@/site';

/** A mail without its address. The subject is one line; both bodies say the same. */
export type MailMessage = {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Not sent from then on, because it would not be true any more; a day from now where nothing is said. */
  readonly expiresAt?: EpochSeconds | null;
};

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
    'An older key of that session was used once more. A lost connection or a restored backup can do that, and so can a copy of the key. We cannot tell them apart, so we ended it to be safe.',
    'Your password was not needed for it, and your other sessions go on. To continue on that device, sign in again.',
    { label: 'See where you are signed in', url: `${session.appOrigin}/account/sessions` },
  ]);
}

/** A paragraph, a code in large figures, or a link with its label. */
export type MailBlock = string | { readonly code: string } | { readonly label: string; readonly url: string };

/**
 * A mail of these blocks, signed with the name of the site. Both bodies are made of them, so that they cannot differ.
 * With `expiresAt` (epoch seconds) it is not sent from then on.
 */
export function composeMail(
  subject: string,
  blocks: readonly MailBlock[],
  { expiresAt }: { readonly expiresAt?: EpochSeconds } = {},
): MailMessage {
  const text = [...blocks.map(toText), SITE.name].join('\n\n');
  const paragraphs = [...blocks.map(toHtml), `<p>${escapeHtml(SITE.name)}</p>`].join('\n');
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(subject)}</title>
</head>
<body style="max-width: 34em; margin: 0 auto; padding: 24px; font: 16px/1.5 system-ui, sans-serif">
${paragraphs}
</body>
</html>
`;
  return { subject, text: `${text}\n`, html, ...(expiresAt === undefined ? {} : { expiresAt }) };
}

function toText(block: MailBlock): string {
  if (typeof block === 'string') return block;
  return 'code' in block ? block.code : `${block.label}:\n${block.url}`;
}

function toHtml(block: MailBlock): string {
  if (typeof block === 'string') return `<p>${escapeHtml(block)}</p>`;
  if ('code' in block) {
    return `<p style="font: bold 32px/1 ui-monospace, monospace; letter-spacing: 4px">${escapeHtml(block.code)}</p>`;
  }
  return `<p><a href="${escapeHtml(block.url)}">${escapeHtml(block.label)}</a></p>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

/** A device name comes from a header that strangers can write. */
const oneLine = (text: string): string => text.replace(/[\p{C}\s]+/gu, ' ').slice(0, 80);

const instantFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });

/** Such as "23 November 2026 at 14:05 UTC": a mail does not know where it is read. */
const formatInstant = (at: EpochSeconds): string => `${instantFormat.format(at * 1000)} UTC`;
