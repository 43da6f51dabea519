import { encodePart } from '../../../fixtures/signing';
import { attempts, type Family, MARK } from '../forge';
import { formsOf } from './key-forms';
import { recoverKey } from './recovered-key';
import { NONE } from './signatures-and-keys';
import { WEAK_SECRETS } from './weak-secrets';

const RAISED = { sub: 'administrator', role: 'admin', name: MARK };

/** B1 to B8: the labs of PortSwigger, whose aim is to be the administrator. */
export const LABS: readonly Family[] = [
  {
    id: 'B1',
    attack: 'Another subject under the old signature, where nobody checks it.',
    tokens: ({ withClaims }) =>
      attempts([
        ['administrator', withClaims({ sub: 'administrator' }), 'bad_signature'],
        ['everything raised', withClaims(RAISED), 'bad_signature'],
        ['a role', withClaims({ role: 'owner' }), 'bad_signature'],
        ['longer life', withClaims({ exp: 253_402_300_799 }), 'bad_signature'],
      ]),
  },
  {
    id: 'B2',
    attack: 'An unsigned token of the administrator.',
    tokens: ({ header, claims }) =>
      attempts(
        NONE.map((alg) => [
          `alg ${JSON.stringify(alg)}`,
          `${encodePart({ ...header, alg })}.${encodePart({ ...claims, ...RAISED })}.`,
          'malformed',
        ]),
      ),
  },
  {
    id: 'B3',
    attack: 'A signing key that a word list holds.',
    tokens: ({ mac }) =>
      attempts(
        WEAK_SECRETS.slice(0, 8).map((secret) => [secret, mac({ kid: undefined, typ: 'JWT' }, secret), 'wrong_type']),
      ),
  },
  {
    id: 'B4',
    attack: 'A key in the jwk header, by every algorithm that could have made one.',
    tokens: ({ foreign }) =>
      attempts(
        ['RS256', 'ES256', 'EdDSA', 'PS256'].map((alg) => [
          alg,
          foreign(alg, { jwk: { kty: 'RSA', n: MARK, e: 'AQAB', kid: MARK }, kid: MARK }, RAISED),
          'forbidden_header',
        ]),
      ),
  },
  {
    id: 'B5',
    attack: 'A key set on the attacker’s server, by jku.',
    tokens: ({ foreign, listener }) =>
      attempts(
        ['RS256', 'ES256', 'EdDSA', 'PS256'].map((alg) => [
          alg,
          foreign(alg, { jku: `${listener}/exploit/jwks.json`, kid: MARK }, RAISED),
          'forbidden_header',
        ]),
      ),
  },
  {
    id: 'B6',
    attack: 'A kid that climbs to a file whose content is known.',
    tokens: ({ mac, trap }) =>
      attempts(
        ['/dev/null', trap, '/proc/sys/kernel/randomize_va_space'].map((file) => [
          file,
          mac({ kid: `../../../../../../../../..${file}` }, file.startsWith('/proc') ? '2\n' : '\u0000'),
          'unknown_key',
        ]),
      ),
  },
  {
    id: 'B7',
    attack: 'The published key, in each form that a server may keep it in, as the secret of HS256.',
    tokens: async ({ mac, publicJwk }) =>
      attempts(
        Object.entries(await formsOf(publicJwk)).map(([form, secret]) => [
          form,
          mac({ kid: undefined, typ: 'at+jwt' }, secret),
          'unknown_key',
        ]),
      ),
  },
  {
    id: 'B8',
    attack: 'The key recovered from the signatures of two tokens, where none is published.',
    tokens: async ({ mac, genuine, signed, publicJwk }) => {
      const recovered = { ...publicJwk, ...(await recoverKey(genuine, await signed({}))) };
      if (recovered.x !== publicJwk.x || recovered.y !== publicJwk.y) throw new Error('It is not the key that signed');
      return attempts(
        Object.entries(await formsOf(recovered)).map(([form, secret]) => [form, mac({}, secret), 'wrong_algorithm']),
      );
    },
  },
];
