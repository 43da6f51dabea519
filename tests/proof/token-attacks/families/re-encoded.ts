import { fromBase64Url, toBase64Url } from '@/lib/core/encoding';
import { partsOf } from '../../../fixtures/signing';

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** The same ES256 token with the signature (r, n - s), which verifies as well. */
export function twinOf(token: string): string {
  const [header, payload, signature] = partsOf(token);
  const bytes = fromBase64Url(signature);
  if (bytes?.length !== 64) throw new Error('An ES256 signature is needed');
  const s = BigInt(`0x${[...bytes.subarray(32)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`);
  const twin = (ORDER - s).toString(16).padStart(64, '0').match(/../g) ?? [];
  const changed = [...bytes.subarray(0, 32), ...twin.map((pair) => Number.parseInt(pair, 16))];
  return `${header}.${payload}.${toBase64Url(new Uint8Array(changed))}`;
}

/** The token, or one part, with other unused bits at the end of a part: a lenient reader takes it for the same bytes. */
export function looseSpelling(token: string, part: number, bits = 1): string {
  const parts = token.split('.');
  const text = parts[part] ?? '';
  if (text.length % 4 === 0) throw new Error('This part has no unused bits');
  const last = ALPHABET.charAt(ALPHABET.indexOf(text.slice(-1)) + bits);
  return parts.map((old, at) => (at === part ? old.slice(0, -1) + last : old)).join('.');
}
