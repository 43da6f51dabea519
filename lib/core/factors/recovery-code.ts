import { type Bytes, concatBytes, type RandomBytes, utf8 } from '../encoding';

/** 120 random bits: with 112, NIST SP 800-63B-4 §3.1.2.2 asks for no slow hash where a code is kept. */
const CODE_BYTES = 15;
const CODE_CHARACTERS = 24;
const BITS_PER_CHARACTER = 5n;
const GROUP_CHARACTERS = 4;
/** Crockford's base32: without I, L, O and U, which are read as other characters or make words. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** What people and screens put between the groups. */
const BETWEEN = /[\s\p{Z}\p{Pd}\p{Cf}\u2212]/gu;

/** A recovery code as it is shown: six groups of four characters. */
export function newRecoveryCode(random: RandomBytes): string {
  let bits = random(CODE_BYTES).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  let plain = '';
  for (let left = CODE_CHARACTERS; left > 0; left -= 1) {
    plain = ALPHABET.charAt(Number(bits & 31n)) + plain;
    bits >>= BITS_PER_CHARACTER;
  }
  return (plain.match(new RegExp(`.{${GROUP_CHARACTERS}}`, 'g')) ?? []).join('-');
}

/**
 * A typed code in its one spelling, which is the shown one without dashes; null for a text that is no code. Case, blanks and
 * dashes do not matter, and what stands for a character that looks the same does: O for 0, I and L for 1.
 */
export function readRecoveryCode(text: string): string | null {
  const plain = text.normalize('NFKC').replace(BETWEEN, '').toUpperCase().replace(/O/g, '0').replace(/[IL]/g, '1');
  const isCode = plain.length === CODE_CHARACTERS && [...plain].every((character) => ALPHABET.includes(character));
  return isCode ? plain : null;
}

/** What is kept of a code in its one spelling: SHA-256, with the person in it, so that equal hashes say nothing of two people. */
export async function hashRecoveryCode(userId: string, plain: string): Promise<Bytes> {
  const named = concatBytes(utf8(`${userId}\n`), utf8(plain));
  return new Uint8Array(await crypto.subtle.digest('SHA-256', named));
}
