// The arithmetic of a stored password. Without `server-only`: outside a bundle, a thread of the tests has no condition that
// makes it the empty module.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { genSaltSync, hashSync } from 'bcryptjs';

/** What a stored text says: which pepper key and which work made it. */
export type StoredPassword = { readonly pepperId: string; readonly cost: number; readonly bcrypt: string };

const STORED = /^hs1\$([A-Za-z0-9_-]{8})\$(\$2b\$(\d\d)\$[./A-Za-z0-9]{53})$/;
const SALT_CHARACTERS = 29;

/** Reads `hs1$<pepper key id>$<bcrypt hash>`; null when it is anything else. */
export function parseStored(stored: string): StoredPassword | null {
  const [, pepperId, bcrypt, cost] = STORED.exec(stored) ?? [];
  if (pepperId === undefined || bcrypt === undefined || cost === undefined) return null;
  return { pepperId, cost: Number(cost), bcrypt };
}

/** The text that the database keeps. A bcrypt hash begins with `$` itself. */
export const formatStored = (pepperId: string, bcrypt: string): string => `hs1$${pepperId}$${bcrypt}`;

/** The bytes that are hashed: NFC, so that one password typed on two systems is one (NIST SP 800-63B-4 §3.1.1.2). */
export const passwordBytes = (password: string): Uint8Array => new TextEncoder().encode(password.normalize('NFC'));

/** A fresh salt with the cost in front, as bcrypt writes it. */
export const newSalt = (cost: number): string => genSaltSync(cost);

/** The salt that a hash was made with. */
export const saltOf = (bcrypt: string): string => bcrypt.slice(0, SALT_CHARACTERS);

/**
 * bcrypt over base64(HMAC-SHA-384(password, pepper)). bcrypt ignores everything after byte 72: the 64 characters of the
 * HMAC carry every byte of the password below that, and hold no NUL. The key makes a stolen table useless alone, which a
 * bare SHA pre-hash would not (OWASP Password Storage, pre-hashing). Blocks its thread for about 0.3 s at a cost of 12.
 */
export function bcryptOf(password: Uint8Array, pepper: Uint8Array, salt: string): string {
  return hashSync(createHmac('sha384', pepper).update(password).digest('base64'), salt);
}

/** Equality of two hashes, in time that does not depend on where they differ. */
export function equalHashes(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
