import { base64url, CompactEncrypt } from 'jose';
import { describe, expect, test } from 'vitest';
import { type SealingKey, seal, unseal } from '@/lib/core/token/sealed-token';
import { NOW, platformBytes } from '../../../fixtures/deterministic';
import { jsonBytes } from '../../../fixtures/signing';

const KEY: SealingKey = { id: 'sealkey1', bytes: platformBytes(32) };
const CONTENT = {
  jti: 'b0tWZ2lNd2pFY1Bsc1R6dQ',
  exp: NOW + 600,
  data: { email: 'person@example.com', passwordHash: 'hs1$…' },
};
const HEADER = { alg: 'dir', enc: 'A256GCM', typ: 'handstamp-sign-up+jwe', kid: KEY.id };

const byId = (id: string) => (id === KEY.id ? KEY : undefined);
const codeOf = async (token: string, now = NOW) => {
  const opened = await unseal('sign-up', token, byId, now);
  return opened.ok ? 'accepted' : opened.code;
};
/** A token with any header and content, encrypted with the right key unless said otherwise. */
const encrypt = (header: Record<string, unknown>, content: unknown, key = KEY.bytes) =>
  new CompactEncrypt(jsonBytes(content)).setProtectedHeader({ ...HEADER, ...header }).encrypt(key);

describe('a sealed token', () => {
  test('opens to what was sealed', async () => {
    expect(await unseal('sign-up', await seal('sign-up', CONTENT, KEY), byId, NOW)).toEqual({
      ok: true,
      value: CONTENT,
    });
  });

  test('shows nothing of what it holds', async () => {
    const decoded = (await seal('sign-up', CONTENT, KEY))
      .split('.')
      .map((part) => new TextDecoder().decode(base64url.decode(part)));
    expect(decoded.join()).not.toContain('person');
  });

  test('for one purpose opens for no other', async () => {
    const mail = await seal('mail', CONTENT, KEY);
    expect(await unseal('mail', mail, byId, NOW)).toEqual({ ok: true, value: CONTENT });
    expect(await unseal('sign-up', mail, byId, NOW)).toEqual({ ok: false, code: 'wrong_purpose' });
    expect(await unseal('typed', mail, byId, NOW)).toEqual({ ok: false, code: 'wrong_purpose' });
    expect(await unseal('mail', await seal('sign-up', CONTENT, KEY), byId, NOW)).toEqual({
      ok: false,
      code: 'wrong_purpose',
    });
  });

  test('is never made longer than it may be when it is opened', async () => {
    const long = { ...CONTENT, data: { text: 'x'.repeat(5_000) } };
    await expect(seal('sign-up', long, KEY)).rejects.toThrow('4096 characters at most');
    expect(await unseal('mail', await seal('mail', long, KEY), byId, NOW)).toMatchObject({ ok: true });
    await expect(seal('mail', { ...CONTENT, data: { text: 'x'.repeat(200_000) } }, KEY)).rejects.toThrow(RangeError);
  });

  test('is opened up to its most characters, and refused unread beyond, genuine as it is', async () => {
    const ofCharacters = async (characters: number) => {
      for (let length = 2_500; length < 3_200; length += 1) {
        const token = await encrypt({}, { ...CONTENT, data: { text: 'x'.repeat(length) } });
        if (token.length >= characters) return token;
      }
      throw new Error('3,200 bytes have more characters than that');
    };
    const [most, more] = [await ofCharacters(4_096), await ofCharacters(4_097)];
    expect([most.length, await codeOf(most)]).toEqual([4_096, 'accepted']);
    expect([more.length > 4_096, await codeOf(more)]).toEqual([true, 'malformed']);
  });

  test('is smaller than 1,500 bytes with a full sign-up in it', async () => {
    const data = {
      email: `${'e'.repeat(64)}@${'d'.repeat(185)}.com`,
      name: '名'.repeat(100),
      passwordHash: 'h'.repeat(80),
      codeHash: 'c'.repeat(64),
    };
    expect((await seal('sign-up', { ...CONTENT, data }, KEY)).length).toBeLessThan(1_500);
  });

  test('is different each time', async () => {
    expect(await seal('sign-up', CONTENT, KEY)).not.toBe(await seal('sign-up', CONTENT, KEY));
  });

  test.each([
    [NOW + 599.9, 'accepted'],
    [NOW + 600, 'expired'],
    [NOW + 601, 'expired'],
  ])('at %d is %s', async (now, outcome) => {
    expect(await codeOf(await seal('sign-up', CONTENT, KEY), now)).toBe(outcome);
  });

  test('is refused with any bit of any part flipped', async () => {
    const parts = (await seal('sign-up', CONTENT, KEY)).split('.');
    const ignored: string[] = [];
    for (const [place, part] of parts.entries()) {
      for (let bit = 0; bit < base64url.decode(part).length * 8; bit += 3) {
        const bytes = base64url.decode(part);
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const changed = parts.map((old, at) => (at === place ? base64url.encode(bytes) : old)).join('.');
        if ((await codeOf(changed)) === 'accepted') ignored.push(`part ${place}, bit ${bit}`);
      }
    }
    expect(ignored).toEqual([]);
  });
});

describe('the purpose', () => {
  test.each([
    'handstamp-mfa+jwe',
    'handstamp-passkey+jwe',
    'handstamp-sign-up',
    'handstamp-sign-up+JWE',
    'at+jwt',
    'JWT',
    '',
  ])('%j is another one', async (typ) => {
    expect(await codeOf(await encrypt({ typ }, CONTENT))).toBe('wrong_purpose');
  });

  test('cannot be exchanged after sealing', async () => {
    const [, ...rest] = (await encrypt({ typ: 'handstamp-mfa+jwe' }, CONTENT)).split('.');
    expect(await codeOf([base64url.encode(JSON.stringify(HEADER)), ...rest].join('.'))).toBe('undecryptable');
  });

  test('missing is refused', async () => {
    expect(await codeOf(await encrypt({ typ: undefined }, CONTENT))).toBe('wrong_purpose');
  });
});

describe('the key', () => {
  test('is chosen by its id', async () => {
    const other: SealingKey = { id: 'sealkey0', bytes: platformBytes(32) };
    const token = await seal('sign-up', CONTENT, other);
    expect(await codeOf(token)).toBe('unknown_key');
    expect((await unseal('sign-up', token, (id) => (id === other.id ? other : KEY), NOW)).ok).toBe(true);
  });

  test('is looked for by a text only', async () => {
    const [, ...rest] = (await seal('sign-up', CONTENT, KEY)).split('.');
    const header = base64url.encode(JSON.stringify({ ...HEADER, kid: ['sealkey1'] }));
    const asked: unknown[] = [];
    const lookUp = (id: string) => {
      asked.push(id);
      return KEY;
    };
    expect(await unseal('sign-up', [header, ...rest].join('.'), lookUp, NOW)).toMatchObject({ code: 'unknown_key' });
    expect(asked).toEqual([]);
  });

  test('of the right name and the wrong bytes opens nothing', async () => {
    expect(await codeOf(await encrypt({}, CONTENT, platformBytes(32)))).toBe('undecryptable');
  });

  test.each([undefined, '', 1, null, ['sealkey1'], '__proto__'])('named %j is unknown', async (kid) => {
    const [, ...rest] = (await seal('sign-up', CONTENT, KEY)).split('.');
    const header = base64url.encode(JSON.stringify({ ...HEADER, kid }));
    expect(await codeOf([header, ...rest].join('.'))).toBe('unknown_key');
  });
});

describe('other algorithms (C11)', () => {
  const forged = (header: Record<string, unknown>, encryptedKey = '') =>
    `${base64url.encode(JSON.stringify({ ...HEADER, ...header }))}.${encryptedKey}.AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA`;

  test.each([
    ['a compressed one, which could be a bomb', { zip: 'DEF' }],
    ['a smaller key', { enc: 'A128GCM' }],
    ['CBC', { enc: 'A128CBC-HS256' }],
    ['no algorithm', { alg: undefined }],
    ['crit', { crit: ['exp'], exp: 1 }],
  ])('%s is refused', async (_name, header) => {
    expect(await codeOf(forged(header))).toBe('undecryptable');
  });

  test.each(['A128CBC-HS256', 'A192GCM', 'A128GCM'])(
    '%s is refused under our own key, genuine as it is',
    async (enc) => {
      const bytes = { A192GCM: 24, A128GCM: 16 }[enc] ?? 32;
      expect(await codeOf(await encrypt({ enc }, CONTENT, KEY.bytes.slice(0, bytes)))).toBe('undecryptable');
    },
  );

  test('2^31 rounds of PBES2 are not begun, with and without an encrypted key', async () => {
    const header = { alg: 'PBES2-HS512+A256KW', p2c: 2 ** 31 - 1, p2s: 'AAAAAAAAAAA' };
    const startedAt = performance.now();
    expect(await codeOf(forged(header))).toBe('undecryptable');
    expect(await codeOf(forged(header, 'AAAA'))).toBe('malformed');
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  test('a key wrapped for us is refused: the second part must be empty', async () => {
    const pair = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits']);
    const token = await new CompactEncrypt(jsonBytes(CONTENT))
      .setProtectedHeader({ ...HEADER, alg: 'ECDH-ES+A256KW' })
      .encrypt(pair.publicKey);
    expect(await codeOf(token)).toBe('malformed');
  });
});

test.each([
  '',
  '....',
  'a.b.c',
  'a.b.c.d.e',
  'e30..AAAA.AAAA',
  'e30..AAAA.AAAA.AAAA.AAAA',
  '!..AAAA.AAAA.AAAA',
  'bm8..AAAA.AAAA.AAAA',
  'e30..AAAA.AAAA.AAAA\n',
  `${'A'.repeat(5_000)}..AAAA.AAAA.AAAA`,
])('%j is no sealed token', async (token) => {
  expect(['malformed', 'wrong_purpose']).toContain(await codeOf(token));
});

describe('the content is parsed after it is opened', () => {
  test.each([
    ['no JSON', 'not json'],
    ['an array', '[]'],
    ['a member twice', `{"jti":"a","jti":"b","exp":${NOW + 600},"data":{}}`],
    ['no jti', { exp: NOW + 600, data: {} }],
    ['no exp', { jti: 'a', data: {} }],
    ['exp as text', { jti: 'a', exp: String(NOW + 600), data: {} }],
    ['no data', { jti: 'a', exp: NOW + 600 }],
    ['data null', { jti: 'a', exp: NOW + 600, data: null }],
    ['data as text', { jti: 'a', exp: NOW + 600, data: 'x' }],
  ])('%s is refused', async (_name, content) => {
    expect(await codeOf(await encrypt({}, content))).toBe('malformed');
  });
});
