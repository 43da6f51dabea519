import { type Bytes, fromBase64Url, type RandomBytes, toBase64Url } from '../encoding';

const SECRET_BYTES = 32;

/** The token of a link in a mail: 32 random bytes, 43 base64url characters. Whoever has it has read that mail. */
export const newLinkToken = (random: RandomBytes): string => toBase64Url(random(SECRET_BYTES));

/**
 * What the database keeps of a link token: SHA-256 of its bytes, which are too many to guess, so that nothing slower is
 * needed. Null for text that is no such token.
 */
export async function hashLinkToken(token: string): Promise<Bytes | null> {
  const secret = fromBase64Url(token);
  if (secret?.length !== SECRET_BYTES) return null;
  return new Uint8Array(await crypto.subtle.digest('SHA-256', secret));
}
