import { CLAIMS } from '../../../fixtures/access-tokens';
import { encodePart, signCompact, testKey } from '../../../fixtures/signing';
import { attempts, type Family, MARK } from '../forge';
import { formsOf } from './key-forms';
import { WEAK_SECRETS } from './weak-secrets';

/** Names of an algorithm that is none. */
export const NONE = [
  ...['none', 'None', 'NONE', 'nOnE', 'noNE', ' none', 'none ', 'none\u0000', ''],
  ...[null, undefined, [], {}, ['none'], 0, false],
];
export const MACS = ['HS256', 'HS384', 'HS512'] as const;

/** A1 to A11: no signature, a weak one, or one by a key that the token brings along. */
export const SIGNATURES_AND_KEYS: readonly Family[] = [
  {
    id: 'A1',
    attack: 'No token at all, or a text that is none, as the baseline.',
    tokens: () =>
      attempts([
        ['nothing', '', 'malformed'],
        ['a word', MARK, 'malformed'],
        ['one dot', '.', 'malformed'],
        ['two dots', '..', 'malformed'],
        ['three words', `${MARK}.${MARK}.${MARK}`, 'malformed'],
      ]),
  },
  {
    id: 'A2',
    attack: 'The signature cut short, by four characters and by any other number.',
    tokens: ({ genuine, parts: [header, payload, signature] }) =>
      attempts([
        ...[4, 1, 2, 3, 8, 43, 85].map(
          (cut) => [`${cut} characters less`, genuine.slice(0, -cut), 'malformed', 'bad_signature'] as const,
        ),
        ['the first four cut off', `${header}.${payload}.${signature.slice(4)}`, 'malformed', 'bad_signature'],
        ['twice the signature', `${genuine}${signature}`, 'malformed', 'bad_signature'],
      ]),
  },
  { id: 'A3', attack: 'The genuine token sent again after bad ones: nobody is locked out by forgeries.' },
  {
    id: 'A4',
    attack:
      'Each claim replaced by a marker under the old signature: is any of them used or shown before it is checked?',
    tokens: ({ claims, withClaims }) =>
      attempts(Object.keys(claims).map((claim) => [claim, withClaims({ [claim]: MARK }), 'bad_signature'])),
  },
  {
    id: 'A5',
    attack: 'An HMAC secret guessed: tokens as an issuer with a weak one would sign them, without a key id.',
    tokens: ({ mac }) =>
      attempts(WEAK_SECRETS.slice(0, 12).map((secret) => [secret, mac({ kid: undefined }, secret), 'unknown_key'])),
  },
  {
    id: 'A6',
    attack: 'Signed with an empty HMAC secret.',
    // HMAC fills a short key up with zeros (RFC 2104 §2), so that one zero is the same key; the empty one cannot be imported.
    tokens: ({ mac }) =>
      attempts(
        MACS.flatMap((alg) => [
          [alg, mac({}, '\u0000', alg), 'wrong_algorithm'],
          [`${alg} without kid`, mac({ kid: undefined }, '\u0000', alg), 'unknown_key'],
        ]),
      ),
  },
  {
    id: 'A7',
    attack: 'The signature left away, the algorithm unchanged.',
    tokens: ({ parts: [header, payload], claims }) => {
      const raised = encodePart({ ...claims, role: 'admin', sub: MARK });
      return attempts([
        ['an empty signature', `${header}.${payload}.`, 'malformed'],
        ['no third part', `${header}.${payload}`, 'malformed'],
        ['other claims, unsigned', `${header}.${raised}.`, 'malformed'],
      ]);
    },
  },
  {
    id: 'A8',
    attack: 'The algorithm "none" in any spelling, without a signature and with the old one.',
    tokens: ({ header, withHeader, parts: [, payload] }) =>
      attempts(
        NONE.flatMap((alg) => [
          [`${JSON.stringify(alg)}, unsigned`, `${encodePart({ ...header, alg })}.${payload}.`, 'malformed'],
          [`${JSON.stringify(alg)}, old signature`, withHeader({ alg }), 'wrong_algorithm'],
        ]),
      ),
  },
  {
    id: 'A9',
    attack: 'Our public key, in any spelling, taken for an HMAC secret.',
    tokens: async ({ mac, header, publicJwk }) =>
      attempts(
        Object.entries(await formsOf(publicJwk)).flatMap(([form, secret]) =>
          MACS.flatMap((alg) => [
            [`${alg}, ${form}`, mac({}, secret, alg), 'wrong_algorithm'] as const,
            [`${alg} under our alg, ${form}`, mac({ alg: header['alg'] }, secret, alg), 'bad_signature'] as const,
          ]),
        ),
      ),
  },
  {
    id: 'A10',
    attack: 'Signed by a key that the header brings along.',
    tokens: async ({ header, claims, publicJwk }) => {
      const { publicJwk: mine, privateJwk, signing, kid } = await testKey();
      const raised = { ...claims, role: 'admin', name: MARK };
      const by = (members: object) => signCompact({ ...header, ...members }, raised, signing);
      return attempts([
        ['under our kid', by({ jwk: mine }), 'forbidden_header'],
        ['under its own kid', by({ jwk: mine, kid }), 'forbidden_header'],
        ['without kid', by({ jwk: mine, kid: undefined }), 'forbidden_header'],
        ['with the private half', by({ jwk: privateJwk }), 'forbidden_header'],
        ['named as ours', by({ jwk: { ...mine, kid: header['kid'] } }), 'forbidden_header'],
        ['our own key brought', by({ jwk: publicJwk }), 'forbidden_header'],
        ['empty', by({ jwk: {} }), 'forbidden_header'],
        ['null', by({ jwk: null }), 'forbidden_header'],
        ['a certificate chain', by({ x5c: ['MIIB'] }), 'forbidden_header'],
      ]);
    },
  },
  {
    id: 'A11',
    attack: 'Signed by a key behind an address in the header.',
    tokens: async ({ header, claims, listener, issuer }) => {
      const { signing, kid } = await testKey();
      const by = (members: object) => signCompact({ ...header, ...members }, { ...claims, sub: CLAIMS.sub }, signing);
      const set = `${listener}/.well-known/jwks.json`;
      const hosts = [set, `${issuer}@${new URL(listener).host}/jwks.json`, `${issuer}/.well-known/jwks.json`];
      return attempts([
        ...hosts.flatMap((jku) => [
          [`jku ${jku}`, by({ jku }), 'forbidden_header'] as const,
          [`jku ${jku}, its own kid`, by({ jku, kid }), 'forbidden_header'] as const,
        ]),
        ['x5u', by({ x5u: `${listener}/certificate.pem` }), 'forbidden_header'],
        ['x5u, a file', by({ x5u: 'file:///etc/ssl/cert.pem' }), 'forbidden_header'],
        ['jku, a list', by({ jku: [set] }), 'forbidden_header'],
      ]);
    },
  },
];
