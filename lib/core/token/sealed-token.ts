import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from 'jose';
import { type Bytes, utf8 } from '../encoding';
import { fail, type Result, type SealedTokenFailure, succeed } from '../failures';
import { parseJsonObject } from '../json';
import type { EpochSeconds } from '../time';

/** Something under way whose data the browser holds until its end. */
export type CeremonyPurpose = 'sign-up' | 'email-change' | 'second-factor' | 'carried' | 'totp-new' | PasskeyPurpose;

/** What a passkey is asked for, or made. */
export type PasskeyPurpose = 'passkey-sign-in' | 'passkey-second-factor' | 'passkey-step-up' | 'passkey-new';

/**
 * What a sealed token is for: a ceremony (a `carried` one is a change that waits for its person's proof, `totp-new` an
 * authenticator app that is being set up, `passkey-new` a passkey that is being made), a mail that waits, text that somebody
 * had typed when their session was over, what a refused form said, or what a login form will begin. Authenticated with it:
 * one is never taken for another.
 */
export type SealedPurpose = CeremonyPurpose | 'mail' | 'draft' | 'typed' | 'attempt';

/** What every sealed token holds: a name, an end, and the data of its purpose. */
export type Sealed = { readonly jti: string; readonly exp: EpochSeconds; readonly data: Record<string, unknown> };

export type SealingKey = { readonly id: string; readonly bytes: Bytes };

/** A longer text is refused unread, and never made. A cookie must fit into a header; a mail may hold a long letter. */
const MAX_SEALED_CHARACTERS: Readonly<Record<SealedPurpose, number>> = {
  'sign-up': 4_096,
  'email-change': 4_096,
  'second-factor': 4_096,
  carried: 4_096,
  'totp-new': 1_024,
  'passkey-sign-in': 1_024,
  'passkey-second-factor': 1_024,
  'passkey-step-up': 1_024,
  'passkey-new': 1_024,
  draft: 3_500,
  mail: 262_144,
  typed: 4_096,
  attempt: 1_024,
};
const SHAPE = /^[A-Za-z0-9_-]+\.\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

const typeOf = (purpose: SealedPurpose): string => `handstamp-${purpose}+jwe`;

/**
 * Encrypts data for whoever may keep but not read it, such as the browser in a pending ceremony: JWE compact, `dir` +
 * `A256GCM` (RFC 7518 §4.5, §5.3). It is data only: tries and consumption are counted in the database under `jti`,
 * because a browser can always send an old cookie again. Throws when the text would be longer than `unseal` takes.
 */
export async function seal(purpose: SealedPurpose, content: Sealed, key: SealingKey): Promise<string> {
  const sealed = await new CompactEncrypt(utf8(JSON.stringify(content)))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', typ: typeOf(purpose), kid: key.id })
    .encrypt(key.bytes);
  const most = MAX_SEALED_CHARACTERS[purpose];
  if (sealed.length > most) throw new RangeError(`A sealed ${purpose} has ${most} characters at most`);
  return sealed;
}

/** Opens a sealed token of `purpose` that has not expired at `now`; `keyById` gives the key that its header names. */
export async function unseal(
  purpose: SealedPurpose,
  token: string,
  keyById: (id: string) => SealingKey | undefined,
  now: EpochSeconds,
): Promise<Result<Sealed, SealedTokenFailure>> {
  if (token.length > MAX_SEALED_CHARACTERS[purpose] || !SHAPE.test(token)) return fail('malformed');
  const header = readHeader(token);
  if (header === null) return fail('malformed');
  if (header.typ !== typeOf(purpose)) return fail('wrong_purpose');
  const key = typeof header.kid === 'string' ? keyById(header.kid) : undefined;
  if (key === undefined) return fail('unknown_key');
  const plaintext = await decrypt(token, key);
  if (plaintext === null) return fail('undecryptable');
  const content = parseJsonObject(plaintext);
  if (content === null) return fail('malformed');
  const { jti, exp, data } = content;
  if (typeof jti !== 'string' || typeof exp !== 'number' || typeof data !== 'object' || data === null) {
    return fail('malformed');
  }
  return exp > now ? succeed({ jti, exp, data: { ...data } }) : fail('expired');
}

function readHeader(token: string): { typ?: unknown; kid?: unknown } | null {
  try {
    return decodeProtectedHeader(token);
  } catch {
    return null;
  }
}

/** Both algorithms are pinned; a compressed token (`zip`) is refused by the library. */
async function decrypt(token: string, key: SealingKey): Promise<Uint8Array | null> {
  try {
    const options = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] };
    return (await compactDecrypt(token, key.bytes, options)).plaintext;
  } catch {
    return null;
  }
}
