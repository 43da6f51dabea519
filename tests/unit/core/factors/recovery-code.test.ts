import { describe, expect, it } from 'vitest';
import type { Bytes } from '@/lib/core/encoding';
import { hashRecoveryCode, newRecoveryCode, readRecoveryCode } from '@/lib/core/factors/recovery-code';

const random = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length));
const filled = (byte: number) => (length: number) => new Uint8Array(length).fill(byte);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('a new recovery code', () => {
  it('shows its 120 bits in six groups of four, the first ones first', () => {
    expect(newRecoveryCode(filled(0))).toBe('0000-0000-0000-0000-0000-0000');
    expect(newRecoveryCode(filled(255))).toBe('ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ');
    const counting = (length: number) => Uint8Array.from({ length }, (_, at) => at);
    // The bits of RFC 4648 base32, AAAQEAYEAUDAOCAJBIFQYDIO, in Crockford's letters.
    expect(newRecoveryCode(counting)).toBe('000G-40R4-0M30-E209-185G-R38E');
  });

  it('asks for 15 random bytes, and no two are alike', () => {
    const asked: number[] = [];
    newRecoveryCode((length) => {
      asked.push(length);
      return random(length);
    });
    expect(asked).toEqual([15]);
    const codes = Array.from({ length: 1_000 }, () => newRecoveryCode(random));
    expect(new Set(codes).size).toBe(1_000);
    for (const code of codes) expect(code).toMatch(/^(?:[0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$/);
  });
});

describe('a typed recovery code', () => {
  const plain = '00041061050R3GG28GP60S38';

  it.each([
    ['as it is shown', '0004-1061-050R-3GG2-8GP6-0S38'],
    ['in small letters, without dashes', '00041061050r3gg28gp60s38'],
    ['with letters for the digits that they look like', 'OOO4-I06L-05oR-3GG2-8GP6-OS38'],
    ['with blanks, other dashes and a line break', ' 0004 1061–050R\u00a03GG2−8GP6\n0S38 '],
    ['in wide characters', '０００４-1061-050R-3GG2-8GP6-0S38'],
  ])('is read %s', (_, text) => {
    expect(readRecoveryCode(text)).toBe(plain);
  });

  it.each(['', '123456', plain.slice(1), `${plain}0`, plain.replace('R', 'U'), plain.replace('R', '?')])(
    'is none: %s',
    (text) => {
      expect(readRecoveryCode(text)).toBeNull();
    },
  );
});

describe('the hash of a recovery code', () => {
  it('depends on the code and on the person, and on where one ends', async () => {
    const code = readRecoveryCode(newRecoveryCode(random)) ?? '';
    const hashes = [
      await hashRecoveryCode('person-a', code),
      await hashRecoveryCode('person-b', code),
      await hashRecoveryCode(`person-a${code[0]}`, code.slice(1)),
    ].map(hex);
    expect(new Set(hashes).size).toBe(3);
    expect(hex(await hashRecoveryCode('person-a', code))).toBe(hashes[0]);
    expect(hashes[0]).toHaveLength(64);
  });
});
