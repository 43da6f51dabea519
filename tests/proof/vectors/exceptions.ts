// Where our verifier answers otherwise than a vector's label says, and why. A vector that differs and is not listed fails,
// and so does one that is listed and does not differ.

/** Vectors by number, such as `1, 348, 357-359`, that share one reason. */
export type Exception = { readonly ids: string; readonly reason: string };

const SHARED_SECRET = 'HMAC: a verifier of ours loads public keys only, so no shared secret verifies anything';
const OTHER_HASH = 'RS384 and RS512 are none of our algorithms';
const PSS = 'RSASSA-PSS is none of our algorithms';
const ES521 = 'the key says ES521, an algorithm that there is not, and its curve is P-521';
const SHORT_RSA = 'RS256 with a key of 2,048 bits: ours have 3,072, and no shorter one is loaded';
const NO_DECRYPTION = 'encrypted, and valid as such: nothing of ours decrypts what a stranger sent, so it is no token';

/** json_web_signature_test.json, with keys as a key set gives them. */
export const SIGNATURES_AS_PUBLISHED: readonly Exception[] = [
  { ids: '1, 348, 352, 357-359, 372, 373, 376, 377', reason: SHARED_SECRET },
  { ids: '33, 259-263, 345, 349', reason: SHORT_RSA },
  { ids: '264-271', reason: OTHER_HASH },
  { ids: '272-275, 287, 288, 320-323, 325-328, 346, 350', reason: PSS },
  { ids: '347, 351', reason: ES521 },
];

/** The same file, with RS256 keys of 2,048 bits loaded by hand, so that its RS256 vectors say something too. */
export const SIGNATURES_WITH_SHORT_RSA: readonly Exception[] = [
  ...SIGNATURES_AS_PUBLISHED.filter(({ reason }) => reason !== SHORT_RSA),
  { ids: '259', reason: 'its payload is empty: a claims set is never empty, and a compact token has three full parts' },
];

/** json_web_crypto_test.json, the older collection: 49 signed ones and 34 encrypted ones. */
export const OLDER: readonly Exception[] = [
  { ids: '1, 48', reason: SHARED_SECRET },
  { ids: '33', reason: SHORT_RSA },
  { ids: '50, 67', reason: NO_DECRYPTION },
];

/** json_web_key_test.json. */
export const KEYS: readonly Exception[] = [
  { ids: '2, 13-15', reason: SHARED_SECRET },
  { ids: '5', reason: SHORT_RSA },
];

/** json_web_encryption_test.json. */
export const ENCRYPTED: readonly Exception[] = [
  {
    ids: '1, 23, 28-35, 52-62, 66-93, 100-105, 112, 121, 128-135',
    reason: NO_DECRYPTION,
  },
];

/** What rfc7520 and RFC 8037 show, by file, and why our verifier or key loader refuses it; null: it is accepted. */
export const EXAMPLES: Readonly<Record<string, string | null>> = {
  'jwk/3_1.ec_public_key': 'P-521 is the curve of none of our algorithms',
  'jwk/3_2.ec_private_key': 'P-521 is the curve of none of our algorithms',
  'jwk/3_3.rsa_public_key': 'an RSA key of 2,048 bits: ours have 3,072, and no shorter one is loaded',
  'jwk/3_4.rsa_private_key': 'an RSA key of 2,048 bits: ours have 3,072, and no shorter one is loaded',
  'jwk/3_5.symmetric_key_mac_computation': 'a shared secret is no public key',
  'jwk/3_6.symmetric_key_encryption': 'a shared secret is no public key',
  'jws/4_1.rsa_v15_signature': SHORT_RSA,
  'jws/4_2.rsa-pss_signature': PSS,
  'jws/4_3.ecdsa_signature': 'ES512 is none of our algorithms',
  'jws/4_4.hmac-sha2_integrity_protection': SHARED_SECRET,
  'jws/4_5.signature_with_detached_content': 'a token without its payload is no compact token',
  'jws/4_6.protecting_specific_header_fields': 'a token in JSON is no compact token',
  'jws/4_7.protecting_content_only': 'a token in JSON is no compact token',
  'jws/4_8.multiple_signatures': 'a token in JSON is no compact token',
  'curve25519/jws': null,
};

/** The numbers of all exceptions. Throws where one is named twice: it would have two reasons. */
export function idsOf(exceptions: readonly Exception[]): number[] {
  const ids = exceptions.flatMap(({ ids: text }) => text.split(', ').flatMap(rangeOf));
  if (new Set(ids).size !== ids.length) throw new Error('A vector is excepted twice');
  return ids.sort((a, b) => a - b);
}

function rangeOf(text: string): number[] {
  const [from = Number.NaN, to = from] = text.split('-').map(Number);
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}
