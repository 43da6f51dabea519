import { beforeAll, describe, expect, test } from 'vitest';
import { fromBase64Url, toBase64Url } from '@/lib/core/encoding';
import { deriveMacKey } from '@/lib/core/keys/auth-secret';
import {
  API_REFRESH_PREFIX,
  fromApiRefreshToken,
  hashSessionSecret,
  looksLikeRefreshToken,
  mintRefreshToken,
  newSessionSecret,
  type RefreshMacKeys,
  readRefreshToken,
  refreshMacKeys,
  toApiRefreshToken,
} from '@/lib/core/token/refresh-token';
import { bytesOf, countingBytes, platformBytes } from '../../../fixtures/deterministic';
import { rootsOf, rootsSharingAnId } from '../../../fixtures/root-secrets';

const SESSION = 'b0tWZ2lNd2pFY1Bsc1R6dQ';
const SECRET = countingBytes()(16);
const TOKEN = { sessionId: SESSION, counter: 7, secret: SECRET };

let keys: RefreshMacKeys;
let text: string;

beforeAll(async () => {
  keys = await refreshMacKeys(await rootsOf(1));
  text = await mintRefreshToken(TOKEN, keys);
});

const codeOf = async (token: string, by = keys) => {
  const read = await readRefreshToken(token, by);
  return read.ok ? 'accepted' : read.code;
};
const bytesOfToken = () => fromBase64Url(text) ?? bytesOf();

describe('a refresh token', () => {
  test('has 94 characters and reads back as it was', async () => {
    expect(text).toHaveLength(94);
    expect(await readRefreshToken(text, keys)).toEqual({ ok: true, value: TOKEN });
  });

  test.each([0, 1, 255, 256, 65_536, 2 ** 31, 2 ** 32 - 1])('carries counter %i', async (counter) => {
    const read = await readRefreshToken(await mintRefreshToken({ ...TOKEN, counter }, keys), keys);
    expect(read).toEqual({ ok: true, value: { ...TOKEN, counter } });
  });

  test('has the layout of the contract: version, key id, session id, counter big endian, secret, MAC', async () => {
    const bytes = bytesOfToken();
    expect(bytes).toHaveLength(70);
    expect([bytes[0], bytes[1]]).toEqual([1, keys[0]?.id]);
    expect(toBase64Url(bytes.subarray(2, 18))).toBe(SESSION);
    expect([...bytes.subarray(18, 22)]).toEqual([0, 0, 0, 7]);
    expect(bytes.slice(22, 38)).toEqual(SECRET);
    const mac = await crypto.subtle.sign('HMAC', keys[0]?.key ?? fail(), bytes.slice(0, 38));
    expect(bytes.slice(38)).toEqual(new Uint8Array(mac));
  });

  test('is the same for the same session and counter: convergence stores nothing', async () => {
    expect(await mintRefreshToken(TOKEN, keys)).toBe(text);
  });

  test('is refused with any single bit flipped', async () => {
    const others: string[] = [];
    for (let bit = 0; bit < 560; bit += 1) {
      const changed = bytesOfToken();
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const expected = bit < 8 ? 'unknown_version' : bit < 16 ? 'unknown_key' : 'bad_mac';
      const code = await codeOf(toBase64Url(changed));
      if (code !== expected) others.push(`bit ${bit}: ${code}`);
    }
    expect(others).toEqual([]);
  });

  test('is refused in any other spelling', async () => {
    const spellings = ['=', '==', ' ', '\n', 'A', '']
      .flatMap((extra) => [text + extra, extra + text])
      .filter((other) => other !== text);
    for (const other of [
      ...spellings,
      text.slice(1),
      text.slice(0, -1),
      text.replaceAll('-', '+').replaceAll('_', '/').concat('='),
    ]) {
      expect(await codeOf(other)).toBe('malformed');
    }
  });

  test('is refused with the unused bits of its last character set', async () => {
    const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (let bits = 1; bits < 16; bits += 1) {
      const last = ALPHABET.charAt(ALPHABET.indexOf(text.slice(-1)) + bits);
      expect(await codeOf(text.slice(0, -1) + last)).toBe('malformed');
    }
  });

  test.each([
    '',
    'A',
    'x'.repeat(94),
    '.'.repeat(94),
    'A'.repeat(93),
    'A'.repeat(95),
    'A'.repeat(1_000_000),
    '\u0000'.repeat(94),
    '😀'.repeat(47),
  ])('is not %#', async (other) => {
    expect(['malformed', 'unknown_version']).toContain(await codeOf(other));
  });
});

describe('the keys', () => {
  test('the first one signs, all of them verify, whatever their order', async () => {
    const both = await refreshMacKeys(await rootsOf(2, 1));
    expect(await codeOf(text, both)).toBe('accepted');
    expect(await codeOf(text, [...both].reverse())).toBe('accepted');
    expect(await codeOf(await mintRefreshToken(TOKEN, both), [...both].slice(0, 1))).toBe('accepted');
  });

  test('are derived for a purpose that no release may change: every session would be over', async () => {
    const [root] = await rootsOf(1);
    const key = await deriveMacKey(root, 'handstamp/refresh-token/v1');
    expect(await codeOf(text, [{ id: root.id, key }])).toBe('accepted');
  });

  test('a token of a secret that left the list is refused', async () => {
    expect(await codeOf(text, await refreshMacKeys(await rootsOf(2, 3)))).toBe('unknown_key');
    expect(await codeOf(text, [])).toBe('unknown_key');
  });

  test('two that share a one-byte id are both tried', async () => {
    const [one, two] = await refreshMacKeys(await rootsSharingAnId());
    if (one === undefined || two === undefined) throw new Error('two were found');
    expect(one.id).toBe(two.id);
    for (const signer of [one, two]) {
      const token = await mintRefreshToken(TOKEN, [signer]);
      expect(await codeOf(token, [one, two])).toBe('accepted');
      expect(await codeOf(token, [two, one])).toBe('accepted');
      expect(await codeOf(token, [signer === one ? two : one])).toBe('bad_mac');
    }
  });

  test('none to sign with is a fault of ours', async () => {
    await expect(mintRefreshToken(TOKEN, [])).rejects.toThrow('A refresh token needs');
  });
});

test.each([
  ['a short session id', { sessionId: 'AAAA' }],
  ['a session id that is no base64url', { sessionId: '!'.repeat(22) }],
  ['a session id of 17 bytes', { sessionId: 'A'.repeat(23) }],
  ['a negative counter', { counter: -1 }],
  ['half a counter', { counter: 0.5 }],
  ['a counter over 32 bits', { counter: 2 ** 32 }],
  ['no counter', { counter: Number.NaN }],
  ['a short secret', { secret: bytesOf(1) }],
  ['a long secret', { secret: new Uint8Array(17) }],
])('%s is never signed', async (_name, changes) => {
  await expect(mintRefreshToken({ ...TOKEN, ...changes }, keys)).rejects.toThrow('A refresh token needs');
});

describe('the gate in front of a self-call', () => {
  test('passes every token that we make', async () => {
    const stopped: string[] = [];
    for (let number = 0; number < 300; number += 1) {
      const token = {
        sessionId: toBase64Url(platformBytes(16)),
        counter: number * 9_999,
        secret: newSessionSecret(platformBytes),
      };
      const made = await mintRefreshToken(token, await refreshMacKeys(await rootsOf(number)));
      if (!looksLikeRefreshToken(made)) stopped.push(made);
    }
    expect(stopped).toEqual([]);
  });

  test('stops what cannot be one: length, version, alphabet, spelling', () => {
    const others = [
      text.slice(1),
      `${text}A`,
      `B${text.slice(1)}`,
      `A0${text.slice(2)}`,
      `${text.slice(0, -1)}B`,
      `${text}\n`,
      `${text.slice(0, 50)};${text.slice(51)}`,
      `x${text}`,
      `theme=dark; ${text}`,
      `${text}\r\nx-evil: ${text}`,
      '',
    ];
    expect(others.filter(looksLikeRefreshToken)).toEqual([]);
  });

  test('agrees with the reader on every first two and every last character', async () => {
    const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const disputed: string[] = [];
    for (const a of ALPHABET) {
      for (const b of ALPHABET) {
        const other = a + b + text.slice(2);
        const isPossible = !['malformed', 'unknown_version'].includes(await codeOf(other));
        if (looksLikeRefreshToken(other) !== isPossible) disputed.push(other);
      }
      const other = text.slice(0, -1) + a;
      if (looksLikeRefreshToken(other) !== ((await codeOf(other)) !== 'malformed')) disputed.push(other);
    }
    expect(disputed).toEqual([]);
  });
});

describe('the session secret', () => {
  test('is 128 random bits', () => {
    expect(newSessionSecret(countingBytes())).toHaveLength(16);
  });

  test('is kept as its SHA-256', async () => {
    const hash = await hashSessionSecret(SECRET);
    expect(hash).toEqual(new Uint8Array(await crypto.subtle.digest('SHA-256', SECRET)));
    expect(Array.from(hash).join()).not.toContain(Array.from(SECRET).slice(0, 4).join());
  });
});

describe("a program's refresh token", () => {
  test('has a prefix that secret scanners know to be ours', () => {
    expect(API_REFRESH_PREFIX).toBe('hs_rt_');
    expect(toApiRefreshToken(text)).toBe(`hs_rt_${text}`);
  });

  test('is read with its prefix and never without: a cookie is none', () => {
    expect(fromApiRefreshToken(`hs_rt_${text}`)).toBe(text);
    expect([text, '', 'hs_rt', ` hs_rt_${text}`, `HS_RT_${text}`, `${text}hs_rt_`].map(fromApiRefreshToken)).toEqual(
      new Array(6).fill(null),
    );
  });
});

function fail(): never {
  throw new Error('a key was made');
}
