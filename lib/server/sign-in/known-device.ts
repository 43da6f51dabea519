import 'server-only';
import { concatBytes, equalBytes, fromBase64Url, toBase64Url, utf8 } from '@/lib/core/encoding';
import { deriveMacKey } from '@/lib/core/keys/auth-secret';
import { randomBytes } from '@/lib/server/keys/random';
import { rootSecrets } from '@/lib/server/keys/root-secrets';

const DEVICE_BYTES = 16;
const MAC_BYTES = 32;
const PURPOSE = 'handstamp/known-device/v1';

/**
 * The value of the device cookie for a browser that just signed in to `email`: a random id and a MAC over both. Without
 * the MAC a guesser could claim a fresh known device for each guess, and no wait would ever hold.
 */
export async function newKnownDevice(email: string): Promise<string> {
  const id = randomBytes(DEVICE_BYTES);
  const [root] = await rootSecrets();
  return toBase64Url(concatBytes(id, await mac(await deriveMacKey(root, PURPOSE), id, email)));
}

/** The device id in a cookie that was made for `email`; null for any other. */
export async function readKnownDevice(cookie: string | null, email: string): Promise<string | null> {
  const bytes = cookie === null ? null : fromBase64Url(cookie);
  if (bytes?.length !== DEVICE_BYTES + MAC_BYTES) return null;
  const id = bytes.slice(0, DEVICE_BYTES);
  for (const root of await rootSecrets()) {
    const expected = await mac(await deriveMacKey(root, PURPOSE), id, email);
    if (equalBytes(expected, bytes.subarray(DEVICE_BYTES))) return toBase64Url(id);
  }
  return null;
}

async function mac(key: CryptoKey, id: Uint8Array, email: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, concatBytes(id, utf8(email))));
}
