import fc from 'fast-check';
import { equalBytes, toBase64Url } from '@/lib/core/encoding';
import { importRootSecrets, parseAuthSecret } from '@/lib/core/keys/auth-secret';
import { decryptBytes, encryptBytes, importEncryptionKey } from '@/lib/core/keys/encrypted-bytes';
import { importJwkSet } from '@/lib/core/keys/jwk-set';
import { isSigningAlgorithm, SIGNING_ALGORITHMS } from '@/lib/core/keys/signing-key';
import { unwrapSecret, wrapSecret } from '@/lib/core/keys/wrapping';
import { statusIndex } from '@/lib/core/status-list/status-index';
import { platformBytes } from '@/tests/fixtures/deterministic';
import { jwk } from './jwks';
import { asyncParser, type Parser, parser } from './parser';
import { anyBytes, anyText, jsonWith, nearlyOrAny } from './texts';

const encryptionKey = await importEncryptionKey(new Uint8Array(32).fill(9));
const roots = await importRootSecrets([new Uint8Array(32).map((_, at) => at)]);
const index = await statusIndex(new Uint8Array(32).fill(5));

const secret = fc.uint8Array({ minLength: 30, maxLength: 40 });
const secrets = fc
  .array(fc.tuple(secret, fc.boolean()), { minLength: 1, maxLength: 3 })
  .map((all) =>
    all.map(([bytes, isHex]) => (isHex ? Buffer.from(bytes).toString('hex') : toBase64Url(bytes))).join(','),
  );
const changed = (bytes: Uint8Array, at: number) =>
  new Uint8Array(bytes).with(at % bytes.length, ((bytes[at % bytes.length] ?? 0) + 1) % 256);

/** Keys and secrets. */
export const PARSERS_OF_KEYS: readonly Parser[] = [
  parser(['core/keys/auth-secret.ts parseAuthSecret'], nearlyOrAny(secrets), (text) => {
    const parsed = parseAuthSecret(text);
    if (!parsed.ok) return true;
    const again = parseAuthSecret(parsed.value.map(toBase64Url).join(', '));
    // 64 digits of hex can be base64url of other bytes: then the same bytes have another name.
    return (
      parsed.value.every(({ length }) => length >= 32) &&
      (again.ok || parsed.value.some((bytes) => /^[0-9a-f]+$/i.test(toBase64Url(bytes))))
    );
  }),
  asyncParser(
    ['core/keys/jwk-set.ts importJwkSet', 'core/keys/signing-key.ts toPublicJwk'],
    fc.oneof(
      jsonWith('keys'),
      fc.array(jwk, { maxLength: 4 }).map((all) => ({ keys: all })),
    ),
    async (document) => {
      const imported = await importJwkSet(document);
      return (
        imported === null ||
        [...imported.values()].every(({ algorithm, key }) => key.type === 'public' && isSigningAlgorithm(algorithm))
      );
    },
    0.05,
  ),
  parser(
    ['core/keys/signing-key.ts isSigningAlgorithm'],
    nearlyOrAny(fc.constantFrom(...SIGNING_ALGORITHMS, 'none', 'HS256')),
    (text) => isSigningAlgorithm(text) === ['ES256', 'EdDSA', 'RS256'].includes(text),
  ),
  asyncParser(
    ['core/keys/encrypted-bytes.ts decryptBytes', 'core/keys/encrypted-bytes.ts encryptBytes'],
    fc.tuple(anyBytes, anyText, anyBytes, fc.nat()),
    async ([plain, boundTo, stray, at]) => {
      const encrypted = await encryptBytes(plain, encryptionKey, boundTo, platformBytes);
      const opened = await decryptBytes(encrypted, encryptionKey, boundTo);
      const others = await Promise.all([
        decryptBytes(encrypted, encryptionKey, `${boundTo}x`),
        decryptBytes(changed(encrypted, at), encryptionKey, boundTo),
        decryptBytes(stray, encryptionKey, boundTo),
      ]);
      return opened !== null && equalBytes(opened, plain) && others.every((other) => other === null);
    },
    0.05,
  ),
  asyncParser(
    ['core/keys/wrapping.ts wrapSecret', 'core/keys/wrapping.ts unwrapSecret'],
    fc.tuple(anyBytes, anyText, anyBytes, fc.nat(255)),
    async ([plain, id, stray, wrappingKeyId]) => {
      const context = { purpose: 'fuzz', id };
      const opened = await unwrapSecret(await wrapSecret(plain, roots, context, platformBytes), roots, context);
      const other = await unwrapSecret({ wrappedSecret: stray, wrappingKeyId }, roots, context);
      return opened.ok && equalBytes(opened.value, plain) && !other.ok;
    },
    0.02,
  ),
  parser(
    ['core/status-list/status-index.ts statusIndex'],
    fc.nat(2 ** 40),
    (number) => index.numberAt(index.positionOf(number)) === number,
  ),
];
