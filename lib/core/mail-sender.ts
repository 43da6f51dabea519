import { normalizeEmail } from './email';

/** An address alone, or in angle brackets behind a name; a name with a comma or a colon stands in quotes. */
const MAILBOX = /^(?:(?:"[^"\\\p{C}]+"|[^"<>()[\]\\:;@,\p{C}]+)? *<(?<named>[^<>\s]+)>|(?<alone>[^<>\s]+))$/u;

/**
 * True for one mailbox as a `From` header names it (RFC 5322 §3.4): a list, a group or a comment would make mail come from
 * somebody else. `localhost` is taken too, for mail that stays on the machine.
 */
export function isMailSender(text: string): boolean {
  const { named, alone } = MAILBOX.exec(text)?.groups ?? {};
  const address = (named ?? alone ?? '').replace(/@localhost$/i, '@localhost.localdomain');
  return normalizeEmail(address) !== null;
}
