import { importJWK } from 'jose';
import { fromBase64Url } from '@/lib/core/encoding';
import type { PublicSigningJwk } from '@/lib/core/keys/signing-key';

/** Every spelling of a public key that somebody may take for a shared secret, by name. */
export async function formsOf(jwk: PublicSigningJwk): Promise<Record<string, string | Uint8Array>> {
  const key = await importJWK({ ...jwk, ext: true }, jwk.alg);
  if (key instanceof Uint8Array) throw new Error('A public key is needed');
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', key));
  const bare = bareKeyOf(jwk);
  const certificate = certificateOf(spki);
  const pem = pemOf('PUBLIC KEY', spki);
  return {
    'SPKI as PEM': pem,
    'SPKI as PEM, without the last line break': pem.trimEnd(),
    'SPKI as PEM, with one more': `${pem}\n`,
    'SPKI as PEM, with CRLF': pem.replaceAll('\n', '\r\n'),
    'SPKI as PEM, in one line': pem.replaceAll('\n', ''),
    'SPKI as DER': spki,
    'SPKI as base64': base64Of(spki),
    'the bare key (PKCS #1, a point)': bare,
    'the bare key as PEM': pemOf('RSA PUBLIC KEY', bare),
    'a certificate': certificate,
    'a certificate as PEM': pemOf('CERTIFICATE', certificate),
    'a certificate as in x5c': base64Of(certificate),
    'the JWK as published': JSON.stringify(jwk),
    'the JWK, indented': JSON.stringify(jwk, null, 2),
    'the members of its thumbprint': JSON.stringify(thumbprintMembers(jwk)),
    'the key set': JSON.stringify({ keys: [jwk] }),
    'its first coordinate or modulus': jwk.x ?? jwk.n ?? '',
    'its kid': jwk.kid,
  };
}

const thumbprintMembers = ({ alg: _alg, kid: _kid, use: _use, ...members }: PublicSigningJwk) =>
  Object.fromEntries(Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1)));

const base64Of = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

const pemOf = (label: string, der: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${base64Of(der).replaceAll(/.{64}(?=.)/g, '$&\n')}\n-----END ${label}-----\n`;

/** RSAPublicKey (RFC 8017 §A.1.1), an uncompressed point (SEC 1 §2.3.3), or the 32 bytes of Ed25519. */
function bareKeyOf({ kty, n, e, x, y }: PublicSigningJwk): Uint8Array {
  const bytes = (text: string | undefined) => fromBase64Url(text ?? '') ?? new Uint8Array();
  if (kty === 'RSA') return der(0x30, der(0x02, [0, ...bytes(n)]), der(0x02, bytes(e)));
  return kty === 'EC' ? new Uint8Array([4, ...bytes(x), ...bytes(y)]) : bytes(x);
}

const ECDSA_WITH_SHA256 = der(0x30, der(0x06, [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]));
const NAME = der(0x30, der(0x31, der(0x30, der(0x06, [0x55, 0x04, 0x03]), der(0x0c, ascii('issuer')))));
const VALIDITY = der(0x30, der(0x17, ascii('260101000000Z')), der(0x17, ascii('360101000000Z')));

/** A certificate (RFC 5280 §4.1) of that key, signed by nobody. */
function certificateOf(spki: Uint8Array): Uint8Array {
  const version = der(0xa0, der(0x02, [2]));
  const toBeSigned = der(0x30, version, der(0x02, [1]), ECDSA_WITH_SHA256, NAME, VALIDITY, NAME, spki);
  return der(0x30, toBeSigned, ECDSA_WITH_SHA256, der(0x03, [0, 0x30, 0]));
}

function der(tag: number, ...parts: readonly Iterable<number>[]): Uint8Array {
  const content = parts.flatMap((part) => [...part]);
  const { length } = content;
  if (length < 0x80) return new Uint8Array([tag, length, ...content]);
  const size = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return new Uint8Array([tag, ...size, ...content]);
}

function ascii(text: string): number[] {
  return [...text].map((character) => character.charCodeAt(0));
}
