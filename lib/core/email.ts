import { utf8 } from './encoding';
import { hidesCharacters } from './invisible';

const MAX_OCTETS = 254;
const MAX_LOCAL_OCTETS = 64;

/** Between two dots: no quoting, no comments, no spaces, no controls, and no mark that would stand on the dot. */
const ATOM = /^(?!\p{M})[^\s\p{C}@<>()[\]\\,;:".]+$/u;
/** Letters, digits and marks of any script, and the five signs that RFC 5892 A.3-A.7 lets stand between letters. */
const TYPED_LABEL = /^[\p{L}\p{N}\p{M}\u00b7\u0375\u05f3\u05f4\u30fb-]+$/u;
/** RFC 5890 §2.3.1: what every name server and mail server takes. */
const LDH_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** A top-level name begins with a letter (RFC 3696 §2); `new URL` reads what ends in a number as an IPv4 address. */
const TOP_LABEL = /^[a-z][a-z0-9-]*[a-z0-9]$/;

/**
 * The one spelling under which an address is known, stored and mailed to; null when it is no address. What a mailbox
 * looks like in practice (the dot-string of RFC 5321 §4.1.2, RFC 6531 §3.3): the code that we send is the real proof.
 *
 * The domain is written in ASCII (UTS 46), which maps case, width and letters of mathematics as mail programs do: else
 * one mailbox would have an account and a mail limit for each way to write it. The local part becomes NFC and lower case
 * and nothing more. Only its own server may say which local parts are one mailbox (RFC 5321 §2.3.11), so a wider mapping
 * such as NFKC could send a code to somebody else. The price is that two local parts may look alike; they are two
 * mailboxes, and whoever gets the mail is the owner. Letters without a shape are refused in both parts.
 */
export function normalizeEmail(text: string): string | null {
  const typed = text.trim();
  const at = typed.lastIndexOf('@');
  if (at < 1) return null;
  const local = typed.slice(0, at).normalize('NFC').toLowerCase().normalize('NFC');
  if (hidesCharacters(typed) || !local.split('.').every((atom) => ATOM.test(atom))) return null;
  const domain = asciiDomain(typed.slice(at + 1));
  if (domain === null || utf8(local).length > MAX_LOCAL_OCTETS) return null;
  const email = `${local}@${domain}`;
  return utf8(email).length > MAX_OCTETS ? null : email;
}

/**
 * The domain in ASCII, as the URL parser maps it. Only labels reach the parser, so that nothing in them is read as a
 * path, a port or a user; what it gives must be plain labels again, which it maps to themselves.
 */
function asciiDomain(domain: string): string | null {
  const typed = domain.split('.');
  if (typed.length < 2 || !typed.every((label) => TYPED_LABEL.test(label))) return null;
  // UTS 46 maps this letter to another one since Unicode 15.1: it must be one spelling on every version of Node.
  const ascii = hostnameOf(domain.replaceAll('ẞ', 'ß'));
  const labels = ascii?.split('.') ?? [];
  const isPlain = labels.every((label) => LDH_LABEL.test(label)) && TOP_LABEL.test(labels.at(-1) ?? '');
  return isPlain && hostnameOf(ascii ?? '') === ascii ? ascii : null;
}

const hostnameOf = (domain: string): string | null =>
  URL.canParse(`http://${domain}`) ? new URL(`http://${domain}`).hostname : null;
