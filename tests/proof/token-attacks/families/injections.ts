import { attempts, type Family, type Outcome } from '../forge';
import { formsOf } from './key-forms';
import { MACS } from './signatures-and-keys';
import { WEAK_SECRETS } from './weak-secrets';

/** What a verifier says first where this header member is another. */
const CODE_OF: Readonly<Record<string, Outcome>> = { alg: 'wrong_algorithm', typ: 'wrong_type', kid: 'unknown_key' };
const ODD_VALUES = [null, true, false, 'string', 0] as const;
const FOREIGN = ['ES256', 'ES384', 'ES512', 'EdDSA', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const;

/** Claims that IANA has registered, and those that programs like to believe. */
const REGISTERED =
  'nbf nonce auth_time azp acr email email_verified name roles groups entitlements scope client_id cnf act may_act events toe txn sub_jwk _claim_names _claim_sources address birthdate gender locale zoneinfo phone_number picture profile website updated_at at_hash c_hash s_hash sid vot vtm attest orig dest mky opt rph sip_from_tag rcd jcard uuid device_code geohash htm htu ath atc status exp_change permissions is_admin admin user'.split(
    ' ',
  );

/**
 * What the issuer's word makes of a claim that is `value`: the first rule that it breaks. Texts, and an early `auth_time`, are
 * what these claims may be; a signature of the issuer is its word for them.
 */
function codeOfSigned(claim: string, value: (typeof ODD_VALUES)[number]): Outcome {
  if (value === 'string' && ['sub', 'sid', 'jti', 'client_id'].includes(claim)) return 'accepted';
  if (value === 'string' && claim === 'iss') return 'wrong_issuer';
  if (value === 'string' && claim === 'aud') return 'wrong_audience';
  if (value !== 0) return 'bad_claims';
  if (claim === 'auth_time') return 'accepted';
  return claim === 'exp' ? 'expired' : claim === 'iat' ? 'lives_too_long' : 'bad_claims';
}

/** A19 to A27: addresses, odd values and foreign keys in every place of a token. */
export const INJECTIONS: readonly Family[] = [
  {
    id: 'A19',
    attack: 'An address of the attacker in every header member that there is.',
    tokens: ({ header, withHeader, foreign, listener }) =>
      attempts(
        Object.keys(header).flatMap((member) => [
          [member, withHeader({ [member]: `${listener}/x` }), CODE_OF[member] ?? 'accepted'],
          [`${member}, signed`, foreign('ES256', { [member]: `${listener}/x` }), CODE_OF[member] ?? 'accepted'],
        ]),
      ),
  },
  {
    id: 'A20',
    attack: 'An address of the attacker in every claim that there is.',
    tokens: ({ claims, withClaims, foreign, header, listener }) =>
      attempts(
        Object.keys(claims).flatMap((claim) => [
          [claim, withClaims({ [claim]: `${listener}/x` }), 'bad_signature'],
          [`${claim}, signed`, foreign(String(header['alg']), {}, { [claim]: `${listener}/x` }), 'bad_signature'],
        ]),
      ),
  },
  {
    id: 'A21',
    attack: 'Signed with HMAC and each common password, as another key beside ours.',
    tokens: ({ mac }) => attempts(WEAK_SECRETS.map((secret) => [secret, mac({}, secret), 'wrong_algorithm'])),
  },
  {
    id: 'A22',
    attack: 'Each header member null, true, false, a text or a number.',
    tokens: ({ header, withHeader }) =>
      attempts(
        Object.keys(header).flatMap((member) =>
          ODD_VALUES.map(
            (value) => [`${member} ${value}`, withHeader({ [member]: value }), CODE_OF[member] ?? 'accepted'] as const,
          ),
        ),
      ),
  },
  {
    id: 'A23',
    attack: 'Each claim null, true, false, a text or a number, under the old signature and under a valid one.',
    tokens: ({ claims, withClaims, signed }) =>
      attempts(
        Object.keys(claims).flatMap((claim) =>
          ODD_VALUES.flatMap((value) => [
            [`${claim} ${value}`, withClaims({ [claim]: value }), 'bad_signature'] as const,
            [`${claim} ${value}, signed`, signed({ [claim]: value }), codeOfSigned(claim, value)] as const,
          ]),
        ),
      ),
  },
  {
    id: 'A24',
    attack: 'Header members that others trust added to ours, with addresses and odd values.',
    tokens: ({ withHeader, listener }) =>
      attempts(
        ['jku', 'x5u', 'x5c', 'kid', 'x5t', 'x5t#S256', 'cty', 'url', 'nonce', 'iss', 'epk', 'apu'].flatMap((member) =>
          [`${listener}/x`, '/etc/passwd', 0, null, [], true].map(
            (value) => [`${member} ${value}`, withHeader({ [member]: value }), codeOfAdded(member)] as const,
          ),
        ),
      ),
  },
  {
    id: 'A25',
    attack: 'Sixty registered claims added to ours, with addresses and odd values.',
    tokens: ({ withClaims, listener }) =>
      attempts(
        REGISTERED.flatMap((claim, at) =>
          [`${listener}/x`, ODD_VALUES[at % ODD_VALUES.length]].map(
            (value) => [`${claim} ${value}`, withClaims({ [claim]: value }), 'bad_signature'] as const,
          ),
        ),
      ),
  },
  {
    id: 'A26',
    attack: 'Changed claims signed by a leaked, foreign or retired key, in every algorithm and size.',
    tokens: ({ foreign, mac, signedByRetired, retired, header, signing }) =>
      attempts([
        ...FOREIGN.flatMap((alg) => [
          [`${alg}, our kid`, foreign(alg, {}, { role: 'admin' }), codeOfForeign(alg, signing.algorithm)] as const,
          [`${alg}, its own kid`, foreign(alg, { kid: 'attacker' }), 'unknown_key'] as const,
          [`${alg} under our alg`, foreign(alg, { alg: header['alg'] }), 'bad_signature'] as const,
        ]),
        ...MACS.map((alg) => [alg, mac({}, 'a secret that leaked from somewhere', alg), 'wrong_algorithm'] as const),
        ['a retired key under its kid', signedByRetired({ kid: retired.kid }), 'unknown_key'],
        ['a retired key under our kid', signedByRetired({}), 'bad_signature'],
      ]),
  },
  {
    id: 'A27',
    attack: 'A token after its end, and the published key set hunted for a secret.',
    tokens: async ({ signed, mac, publicJwk, now }) => {
      const { 'the key set': set = '', 'the JWK as published': jwk = '' } = await formsOf(publicJwk);
      return attempts([
        ['expired a while ago', signed({ iat: now - 400, exp: now - 100 }), 'expired'],
        ['expired this second', signed({ iat: now - 400, exp: now }), 'expired'],
        ['signed with the key set', mac({}, set), 'wrong_algorithm'],
        ['signed with a key of it', mac({}, jwk), 'wrong_algorithm'],
      ]);
    },
  },
];

function codeOfAdded(member: string): Outcome {
  if (member === 'kid') return 'unknown_key';
  return ['jku', 'x5u', 'x5c'].includes(member) ? 'forbidden_header' : 'bad_signature';
}

const codeOfForeign = (alg: string, ours: string): Outcome => (alg === ours ? 'bad_signature' : 'wrong_algorithm');
