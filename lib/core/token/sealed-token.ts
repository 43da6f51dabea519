import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from 'jose';
import { type Bytes, utf8 } from '../encoding';
import { fail, type Result, type SealedTokenFailure, succeed } from '../failures';
import { parseJsonObject } from '../json';
import type { EpochSeconds } from '../time';

/** Which ceremony a sealed token belongs to. Part of the authenticated header: one is never taken for another. */
export type SealedPurpose = 'sign-up';

/** What every sealed token holds beside the ceremony's own data. */
export type Sealed = { readonly jti: string; readonly exp: EpochSeconds; readonly data: Record<string, unknown> };

export type SealingKey = { readonly id: string; readonly bytes: Bytes };

/** Larger than any that we make (1,500 bytes); a longer text is refused unread. */
const MAX_SEALED_BYTES = 4096;
const SHAPE = /^[A-Za-z0-9_-]+\.\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

const typeOf = (purpose: SealedPurpose): string => `handstamp-${purpose}+jwe`;

/**
 * Encrypts the data of a pending ceremony for the browser to hold: JWE compact, `dir` + `A256GCM` (RFC 7518 §4.5, §5.3).
 * It is data only: tries and consumption are counted in the database under `jti`, because a browser can always send an
 * old cookie again.
 */
export async function seal(purpose: SealedPurpose, content: Sealed, key: SealingKey): Promise<string> {
  return new CompactEncrypt(utf8(JSON.stringify(content)))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', typ: typeOf(purpose), kid: key.id })
    .encrypt(key.bytes);
}

/** Opens a sealed token of `purpose` that has not expired at `now`; `keyById` gives the key that its header names. */
export async function unseal(
  purpose: SealedPurpose,
  token: string,
  keyById: (id: string) => SealingKey | undefined,
  now: EpochSeconds,
): Promise<Result<Sealed, SealedTokenFailure>> {
  if (token.length > MAX_SEALED_BYTES || !SHAPE.test(token)) return fail('malformed');
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
