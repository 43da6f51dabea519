import { compareSync } from 'bcryptjs';
import { describe, expect, test } from 'vitest';
import {
  bcryptOf,
  equalHashes,
  formatStored,
  newSalt,
  parseStored,
  passwordBytes,
  saltOf,
} from '@/lib/server/passwords/hash';

const PEPPER = new Uint8Array(32).fill(7);
/** The least that bcrypt accepts: these tests are about what is hashed, not about the work. */
const CHEAP_SALT = '$2b$04$abcdefghijklmnopqrstuu';
const hash = (password: string, pepper = PEPPER) => bcryptOf(passwordBytes(password), pepper, CHEAP_SALT);

describe('the hash of a password', () => {
  test('is bcrypt over base64(HMAC-SHA-384(password, pepper))', () => {
    // printf 'correct horse' | openssl dgst -sha384 -mac HMAC -macopt hexkey:0707… -binary | base64
    const keyed = 'aqWN7HgRhNV+1jMG8vAx2qwCBA+B2Zp8fXg92hloYsR6mv8wzKY8z9K0J7FIvawa';
    expect(keyed).toHaveLength(64);
    expect(compareSync(keyed, hash('correct horse'))).toBe(true);
  });

  test('costs the rounds that are asked for', () => {
    expect(newSalt(12)).toMatch(/^\$2b\$12\$[./A-Za-z0-9]{22}$/);
    expect(newSalt(10)).toMatch(/^\$2b\$10\$/);
    expect(newSalt(12)).not.toBe(newSalt(12));
  });

  test('depends on every byte of a long password, where bcrypt alone stops at 72', () => {
    const long = 'é'.repeat(128);
    expect(hash(`${long}a`)).not.toBe(hash(`${long}b`));
    expect(compareSync(`${long}a`, hash(`${long}b`))).toBe(false);
  });

  test('is not cut at a NUL', () => {
    expect(hash('before\0after')).not.toBe(hash('before\0other'));
  });

  test('is one for both Unicode spellings of a password', () => {
    expect(hash('cafe\u0301 in the harbour')).toBe(hash('caf\u00e9 in the harbour'));
  });

  test('keeps case, spaces and compatibility characters apart', () => {
    const hashes = ['Harbour', 'harbour', ' harbour', 'harbour ', 'ﬁsh', 'fish'].map((password) => hash(password));
    expect(new Set(hashes).size).toBe(6);
  });

  test('is another one with another pepper', () => {
    expect(hash('harbour', new Uint8Array(32).fill(8))).not.toBe(hash('harbour'));
  });

  test('is found again with the salt that it carries', () => {
    const made = hash('harbour');
    expect(saltOf(made)).toBe(CHEAP_SALT);
    expect(equalHashes(bcryptOf(passwordBytes('harbour'), PEPPER, saltOf(made)), made)).toBe(true);
    expect(equalHashes(bcryptOf(passwordBytes('Harbour'), PEPPER, saltOf(made)), made)).toBe(false);
    expect(equalHashes(made, made.slice(1))).toBe(false);
  });
});

describe('the stored text', () => {
  const bcrypt = `$2b$11$${'a'.repeat(53)}`;

  test('names the pepper key and holds the bcrypt hash, which names its cost', () => {
    const stored = formatStored('Ab-_1234', bcrypt);
    expect(stored).toBe(`hs1$Ab-_1234$${bcrypt}`);
    expect(parseStored(stored)).toEqual({ pepperId: 'Ab-_1234', cost: 11, bcrypt });
  });

  test.each([
    '',
    bcrypt,
    `hs2$Ab-_1234$${bcrypt}`,
    `hs1$Ab-_123$${bcrypt}`,
    `hs1$Ab-_1234$${bcrypt}x`,
    `hs1$Ab-_1234$${bcrypt}\n`,
    `hs1$Ab-_1234$${bcrypt.slice(0, -1)}`,
    `hs1$Ab-_1234$${bcrypt.replace('2b', '2a')}`,
  ])('is not read when it is %j', (stored) => {
    expect(parseStored(stored)).toBeNull();
  });
});
