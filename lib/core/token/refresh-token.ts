import { type Bytes, concatBytes, fromBase64Url, type RandomBytes, toBase64Url } from '../encoding';
import { fail, type RefreshTokenFailure, type Result, succeed } from '../failures';
import { deriveMacKey, type RootSecrets } from '../keys/auth-secret';

/**
 * A refresh token: version 1, key id 1, session id 16, counter 4 (big endian), session secret 16, MAC 32 bytes.
 * 70 bytes, 94 characters. The MAC refuses forgeries before any SQL; the session secret, of which the database keeps
 * only the hash, makes a leaked `AUTH_SECRET` worthless on its own.
 */
export type RefreshToken = {
  /** Session id, 22 base64url characters. */
  readonly sessionId: string;
  /** Rotations of the session when this token was issued; uint32. */
  readonly counter: number;
  readonly secret: Bytes;
};

export type RefreshMacKeys = readonly { readonly id: number; readonly key: CryptoKey }[];

const VERSION = 1;
const HEAD_BYTES = 38;
const TOKEN_BYTES = 70;
const TOKEN_CHARACTERS = 94;
const SESSION_SECRET_BYTES = 16;
const MAC_PURPOSE = 'handstamp/refresh-token/v1';

/** In front of a program's refresh token, so that secret scanners find one that leaked. */
export const API_REFRESH_PREFIX = 'hs_rt_';

/** A refresh token as a program gets it. */
export const toApiRefreshToken = (token: string): string => `${API_REFRESH_PREFIX}${token}`;

/** The refresh token in what a program holds; null for text without the prefix, such as a browser's cookie. */
export const fromApiRefreshToken = (text: string): string | null =>
  text.startsWith(API_REFRESH_PREFIX) ? text.slice(API_REFRESH_PREFIX.length) : null;

/** The MAC keys of all root secrets, in their order: the first signs. */
export async function refreshMacKeys(roots: RootSecrets): Promise<RefreshMacKeys> {
  return Promise.all(roots.map(async (root) => ({ id: root.id, key: await deriveMacKey(root, MAC_PURPOSE) })));
}

export const newSessionSecret = (random: RandomBytes): Bytes => random(SESSION_SECRET_BYTES);

/** True for text of the right length and version in canonical base64url: a gate in front of work, not a verification. */
export const looksLikeRefreshToken = (text: string): boolean => /^A[Q-Za-f][A-Za-z0-9_-]{91}[AQgw]$/.test(text);

/** What the database keeps of a session secret: SHA-256. The secret is 128 random bits, so nothing slower is needed. */
export const hashSessionSecret = async (secret: Bytes): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', secret));

/** Writes a token with the first key. Throws on a session id or counter that cannot be one: that is our own bug. */
export async function mintRefreshToken(token: RefreshToken, keys: RefreshMacKeys): Promise<string> {
  const sessionId = fromBase64Url(token.sessionId);
  const [signer] = keys;
  const isSound = sessionId?.length === 16 && token.secret.length === SESSION_SECRET_BYTES;
  if (
    !isSound ||
    signer === undefined ||
    !Number.isInteger(token.counter) ||
    token.counter < 0 ||
    token.counter > 0xffffffff
  ) {
    throw new Error('A refresh token needs a 16-byte session id, a uint32 counter, a 16-byte secret and a key');
  }
  const counter = new Uint8Array(4);
  new DataView(counter.buffer).setUint32(0, token.counter);
  const head = concatBytes(new Uint8Array([VERSION, signer.id]), sessionId, counter, token.secret);
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', signer.key, head));
  return toBase64Url(concatBytes(head, mac));
}

/**
 * Reads a token whose MAC one of `keys` made. The key is chosen by its id; two keys that share a one-byte id are both
 * tried. WebCrypto compares the MAC in constant time.
 */
export async function readRefreshToken(
  text: string,
  keys: RefreshMacKeys,
): Promise<Result<RefreshToken, RefreshTokenFailure>> {
  if (text.length !== TOKEN_CHARACTERS) return fail('malformed');
  const bytes = fromBase64Url(text);
  if (bytes?.length !== TOKEN_BYTES) return fail('malformed');
  const [version, keyId] = bytes;
  if (version !== VERSION) return fail('unknown_version');
  const candidates = keys.filter((key) => key.id === keyId);
  if (candidates.length === 0) return fail('unknown_key');
  const head = bytes.slice(0, HEAD_BYTES);
  const mac = bytes.slice(HEAD_BYTES);
  for (const { key } of candidates) {
    if (!(await crypto.subtle.verify('HMAC', key, mac, head))) continue;
    return succeed({
      sessionId: toBase64Url(head.subarray(2, 18)),
      counter: new DataView(head.buffer).getUint32(18),
      secret: head.slice(22, HEAD_BYTES),
    });
  }
  return fail('bad_mac');
}
