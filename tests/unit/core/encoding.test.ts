import { base64url } from 'jose';
import { describe, expect, test } from 'vitest';
import { concatBytes, equalBytes, fromBase64Url, fromUtf8, newId, toBase64Url, utf8 } from '@/lib/core/encoding';
import { bytesOf, constantBytes, countingBytes, seededNumbers } from '../../fixtures/deterministic';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Every text of `length` characters of the alphabet. */
function* texts(length: number): Generator<string> {
  if (length === 0) yield '';
  else for (const head of texts(length - 1)) for (const last of ALPHABET) yield head + last;
}

describe('base64url', () => {
  test('agrees with jose on every one- and two-byte value', () => {
    const different: string[] = [];
    for (let value = 0; value < 65_536; value += 1) {
      for (const bytes of [bytesOf(value >> 8, value & 255), bytesOf(value & 255)]) {
        if (toBase64Url(bytes) !== base64url.encode(bytes)) different.push(String(bytes));
      }
    }
    expect(different).toEqual([]);
  });

  test('agrees with jose on random bytes of every length up to 256', () => {
    const random = seededNumbers(1);
    for (let length = 0; length <= 256; length += 1) {
      const bytes = new Uint8Array(length).map(() => Math.floor(random() * 256));
      expect(toBase64Url(bytes)).toBe(base64url.encode(bytes));
      expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes);
    }
  });

  test.each([
    [0, 1],
    [1, 0],
    [2, 256],
    [3, 65_536],
  ])('of all texts of %i characters, exactly the %i spellings that an encoder makes are read', (length, expected) => {
    let read = 0;
    for (const text of texts(length)) {
      const bytes = fromBase64Url(text);
      if (bytes === null) continue;
      if (toBase64Url(bytes) !== text) throw new Error(`${text} is a second spelling`);
      read += 1;
    }
    expect(read).toBe(expected);
  });

  test('every code unit outside the alphabet is refused, at every place of a group', () => {
    const read: string[] = [];
    for (let unit = 0; unit <= 0xffff; unit += 1) {
      const character = String.fromCharCode(unit);
      if (ALPHABET.includes(character)) continue;
      for (const text of [`${character}AAA`, `A${character}AA`, `AA${character}A`, `AAA${character}`]) {
        if (fromBase64Url(text) !== null) read.push(`U+${unit.toString(16)}`);
      }
    }
    expect(read).toEqual([]);
  });

  test.each(['AA==', 'AAA=', 'AAAA=', 'AA\n', ' AA', 'A A', 'AAAA\u0000', 'AB', 'AAB', '+/+/'])(
    '%j is refused',
    (text) => {
      expect(fromBase64Url(text)).toBeNull();
    },
  );

  test('a text of one character more or less than a group is refused whatever it holds', () => {
    for (const length of [1, 5, 9, 4097]) expect(fromBase64Url('A'.repeat(length))).toBeNull();
  });
});

describe('UTF-8', () => {
  test('text comes back as it was', () => {
    const text = 'Grüße, Ἀθῆναι, 東京, 🦦\u0000';
    expect(fromUtf8(utf8(text))).toBe(text);
  });

  test.each([
    ['a lone continuation byte', bytesOf(0x80)],
    ['a cut sequence', bytesOf(0xe2, 0x82)],
    ['an overlong slash', bytesOf(0xc0, 0xaf)],
    ['an encoded surrogate', bytesOf(0xed, 0xa0, 0x80)],
    ['a code point above U+10FFFF', bytesOf(0xf4, 0x90, 0x80, 0x80)],
  ])('%s is not text', (_name, bytes) => {
    expect(fromUtf8(bytes)).toBeNull();
  });

  test('a byte order mark is kept, so that what follows is not taken for the beginning', () => {
    expect(fromUtf8(bytesOf(0xef, 0xbb, 0xbf, 0x7b))).toBe('\ufeff{');
  });
});

describe('bytes', () => {
  test('are equal only when every byte is', () => {
    expect(equalBytes(bytesOf(1, 2, 3), bytesOf(1, 2, 3))).toBe(true);
    expect(equalBytes(bytesOf(), bytesOf())).toBe(true);
    expect(equalBytes(bytesOf(1, 2, 3), bytesOf(1, 2))).toBe(false);
    for (let at = 0; at < 32; at += 1) {
      const other = new Uint8Array(32);
      other[at] = 1;
      expect(equalBytes(new Uint8Array(32), other)).toBe(false);
    }
  });

  test('are joined in order', () => {
    expect(concatBytes(bytesOf(1), bytesOf(), bytesOf(2, 3))).toEqual(bytesOf(1, 2, 3));
  });
});

describe('ids', () => {
  test('are 128 bits in 22 characters', () => {
    expect(newId(constantBytes(255))).toBe('_____________________w');
    expect(fromBase64Url(newId(countingBytes()))).toHaveLength(16);
  });
});
