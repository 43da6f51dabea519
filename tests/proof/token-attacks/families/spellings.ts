import { toBase64Url } from '@/lib/core/encoding';
import { encodePart, jsonBytes, signParts } from '../../../fixtures/signing';
import { attempts, type Family, type Forge, MARK } from '../forge';
import { looseSpelling, twinOf } from './re-encoded';

const json = JSON.stringify;
const OUTSIDERS = [
  ...[' ', '\t', '\n', '\r', '\u0000', '=', '%', '+', '/', '{', '}', '"', '~', '.', ','],
  ...['\u00a0', 'é', '\ufeff', '%20', '=='],
];

/** C10 to C24: other forms of a token, and other spellings of the same one. */
export const SPELLINGS: readonly Family[] = [
  {
    id: 'C10',
    attack: 'A token as JSON: flattened, general, or something with a token in it.',
    tokens: ({ genuine, parts: [header, payload, signature] }) =>
      attempts(
        Object.entries({
          flattened: { protected: header, payload, signature },
          general: { payload, signatures: [{ protected: header, signature }] },
          'a member': { token: genuine },
          text: genuine,
          list: [genuine],
          'list of parts': [header, payload, signature],
        }).map(([name, form]) => [name, json(form), 'malformed']),
      ),
  },
  {
    id: 'C11',
    attack: 'Encrypted tokens: five parts, a bomb, and 2^31 rounds.',
    tokens: ({ header, parts: [, payload] }) => {
      const five = (head: object) =>
        `${encodePart({ typ: 'at+jwt', kid: header['kid'], ...head })}.AAAA.AAAA.${payload}.AAAA`;
      return attempts([
        ['dir', five({ alg: 'dir', enc: 'A256GCM' }).replace('.AAAA', '.'), 'malformed'],
        [
          'ECDH-ES',
          five({ alg: 'ECDH-ES', enc: 'A256GCM', epk: { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' } }),
          'malformed',
        ],
        ['a bomb', five({ alg: 'dir', enc: 'A256GCM', zip: 'DEF' }), 'malformed'],
        [
          '2^31 rounds',
          five({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 2 ** 31 - 1, p2s: 'AAAA' }),
          'malformed',
        ],
        ['four parts', `${encodePart({ alg: 'dir' })}.AAAA.AAAA.AAAA`, 'malformed'],
      ]);
    },
  },
  {
    id: 'C12',
    attack: 'Characters outside of the alphabet, in each part and around it.',
    tokens: ({ parts }) =>
      attempts(
        OUTSIDERS.flatMap((character) =>
          parts.flatMap((text, part) =>
            [character + text, text + character, text.slice(0, 9) + character + text.slice(9)].map(
              (changed, place) =>
                [
                  `${json(character)} at ${place} of part ${part}`,
                  parts.map((old, at) => (at === part ? changed : old)).join('.'),
                  'malformed',
                ] as const,
            ),
          ),
        ),
      ),
  },
  {
    id: 'C13',
    attack: 'Base64url whose unused bits are not zero: another text of the same bytes.',
    tokens: (forge) => {
      const { header, claims, signing } = forge;
      // A part has unused bits where its length is no multiple of four: a few characters more see to that.
      const padded = (of: object) => ['', 'z', 'zz'].map((z) => encodePart({ ...of, z })).find(hasUnusedBits) ?? '';
      const [head = '', payload = ''] = [padded(header), padded(claims)];
      // The signature is over the other text, as an issuer would make it that spells so.
      const rows = [
        ['header', signParts(looseSpelling(head, 0), payload, signing), 'malformed'],
        ['payload', signParts(head, looseSpelling(payload, 0), signing), 'malformed'],
      ] as const;
      return attempts([
        ...rows,
        ...[1, 2, 3].map((bits) => [`bits ${bits}`, looseSpelling(forge.genuine, 2, bits), 'malformed'] as const),
      ]);
    },
  },
  {
    id: 'C14',
    attack: 'The twin signature (r, n - s), which is as good: another text of one token, and no other identity.',
    tokens: ({ genuine }) => attempts([['twin', twinOf(genuine), 'accepted']]),
  },
  { id: 'C15', attack: 'Other spellings and the twin of a token whose session was ended: the end is of the session.' },
  {
    id: 'C16',
    attack: 'Texts far longer or deeper than any token.',
    tokens: ({ signed, signedText, claims }) => {
      const deep = (depth: number) => `${json(claims).slice(0, -1)},"z":${'['.repeat(depth)}${']'.repeat(depth)}}`;
      return attempts([
        ['one byte too many', signed({ z: 'z'.repeat(3_072) }), 'malformed'],
        ['12 kB', 'A'.repeat(12_000), 'malformed'],
        ['12 kB of dots', '.'.repeat(12_000), 'malformed'],
        ['a hundred thousand dots', '.'.repeat(100_000), 'malformed'],
        ['a megabyte', 'A'.repeat(1_000_000), 'malformed'],
        ['a megabyte in each part', Array(3).fill('A'.repeat(1_000_000)).join('.'), 'malformed'],
        ['JSON a hundred thousand levels deep', signedText(deep(100_000)), 'malformed'],
        ['a header as deep as fits', `${encodePart('['.repeat(2_000))}.AAAA.AAAA`, 'malformed'],
      ]);
    },
  },
  { id: 'C17', attack: 'Thousands of tokens with keys that nobody knows: one look at the key set in its cool-down.' },
  {
    id: 'C18',
    attack:
      'Keys that rotate: a retired one inside of its overlap, after it, and one that is published and may not sign.',
  },
  {
    id: 'C19',
    attack: 'Tokens of somebody who is gone, disabled, of another role, signed out, or has a new password.',
  },
  {
    id: 'C20',
    attack: 'A refresh token replayed: at once, by fifty, by a grandparent, and after an answer that was lost.',
  },
  { id: 'C21', attack: 'Tokens where nobody reads them: a refresh token as Bearer, in a body or in a query.' },
  { id: 'C22', attack: 'Two cookies of one name, and cookies that only look like ours.' },
  {
    id: 'C23',
    attack: 'Members of every object as claims: __proto__, constructor.',
    tokens: ({ signedText, claims }) => {
      const { role: _role, ...without } = claims;
      return attempts([
        ['a role by __proto__', signedText(`{"__proto__":{"role":"admin"},${json(without).slice(1)}`), 'bad_claims'],
        ['a role by constructor', signedText(json({ ...without, constructor: { role: 'admin' } })), 'bad_claims'],
        ['__proto__ twice', signedText(`{"__proto__":{},"__proto__":{},${json(claims).slice(1)}`), 'bad_claims'],
        ['__proto__ beside ours', signedText(`{"__proto__":{"role":"admin"},${json(claims).slice(1)}`), 'accepted'],
        ['constructor beside ours', signedText(json({ ...claims, constructor: { role: 'admin' } })), 'accepted'],
      ]);
    },
  },
  {
    id: 'C24',
    attack: 'A byte order mark, bytes that are no UTF-8, and half of a surrogate pair.',
    tokens: (forge) => spoilt(forge),
  },
  { id: 'C25', attack: 'The middleware passed by: its own headers, other spellings of a path, other methods.' },
  { id: 'C26', attack: 'A key set with private members, shared secrets, or two keys of one name.' },
];

const hasUnusedBits = (part: string): boolean => part.length % 4 !== 0;

function spoilt({ signedText, claims, header }: Forge) {
  const invalid = (text: string) => {
    const bytes = jsonBytes(text);
    bytes[bytes.length - 3] = 0xff;
    return bytes;
  };
  const surrogate = (text: string) =>
    new Uint8Array([...jsonBytes(`${text.slice(0, -1)},"z":`), 0x22, 0xed, 0xa0, 0x80, 0x22, 0x7d]);
  const [payload, head] = [json({ ...claims, z: MARK }), json({ ...header, z: MARK })];
  return attempts([
    ['BOM before the claims', signedText(`\ufeff${payload}`), 'bad_claims'],
    ['BOM before the header', signedText(payload, `\ufeff${head}`), 'malformed'],
    ['BOM after the header', signedText(payload, `${head}\ufeff`), 'malformed'],
    ['no UTF-8 in the claims', signedText(invalid(payload)), 'bad_claims'],
    ['no UTF-8 in the header', signedText(payload, invalid(head)), 'malformed'],
    ['a surrogate in the claims', signedText(surrogate(payload)), 'bad_claims'],
    ['a surrogate in the header', signedText(payload, surrogate(head)), 'malformed'],
    ['half a pair, escaped, as subject', signedText(json({ ...claims, sub: '\ud800' })), 'bad_claims'],
    ['UTF-16 claims', signedText(utf16(payload)), 'bad_claims'],
    ['UTF-16 header', `${toBase64Url(utf16(head))}.AAAA.AAAA`, 'malformed'],
  ]);
}

const utf16 = (text: string) => new Uint8Array([...text].flatMap((character) => [character.charCodeAt(0), 0]));
