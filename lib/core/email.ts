const MAX_EMAIL = 254;
const MAX_LOCAL = 64;
/** What a mailbox looks like in practice (RFC 5321 §4.1.2 without quoting): the code that we send is the real proof. */
const SHAPE =
  /^[^\s\p{C}@<>()[\]\\,;:"]+@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+[\p{L}\p{N}][\p{L}\p{N}-]*[\p{L}\p{N}]$/u;

/** The one spelling under which an address is known: NFC, trimmed, lower case; null when it is no address. */
export function normalizeEmail(text: string): string | null {
  const email = text.normalize('NFC').trim().toLowerCase();
  if (email.length > MAX_EMAIL || email.indexOf('@') > MAX_LOCAL) return null;
  return SHAPE.test(email) ? email : null;
}
