import { describe, expect, test } from 'vitest';
import {
  cookieAttributes,
  cookieNames,
  hasAnyCookie,
  parseSetCookie,
  readCookie,
  replaceCookies,
} from '@/lib/core/http/cookies';

const NAMES = cookieNames(true);

describe('the names', () => {
  test('bear the __Host- prefix with https', () => {
    const ours = ['access', 'refresh', 'pending', 'device', 'draft', 'typed', 'invitation'];
    expect(Object.values(NAMES)).toEqual(ours.map((name) => `__Host-${name}`));
  });

  test('say whose they are on localhost, where all ports share one jar', () => {
    const names = Object.values(cookieNames(false));
    expect(names).toEqual([
      'handstamp-access',
      'handstamp-refresh',
      'handstamp-pending',
      'handstamp-device',
      'handstamp-draft',
      'handstamp-typed',
      'handstamp-invitation',
    ]);
  });

  test('come with one set of attributes, as the prefix demands', () => {
    expect(cookieAttributes(true)).toEqual({ httpOnly: true, secure: true, sameSite: 'lax', path: '/' });
    expect(cookieAttributes(false)).toEqual({ httpOnly: true, secure: false, sameSite: 'lax', path: '/' });
    expect(cookieAttributes(true)).not.toHaveProperty('domain');
  });
});

describe('a cookie', () => {
  test.each([
    ['alone', '__Host-access=v', 'v'],
    ['first', '__Host-access=v; a=1', 'v'],
    ['last', 'a=1; __Host-access=v', 'v'],
    ['without a space', 'a=1;__Host-access=v;b=2', 'v'],
    ['with spaces and tabs around', 'a=1;\t __Host-access = v \t;b=2', 'v'],
    ['empty', '__Host-access=', ''],
    ['with equals signs in it', '__Host-access=a=b=c', 'a=b=c'],
    ['in quotes, which are part of it', '__Host-access="v"', '"v"'],
    ['percent encoded, which it stays', '__Host-access=%76', '%76'],
    ['among broken parts', ';;=;x;=y; __Host-access=v;', 'v'],
  ])('is read: %s', (_name, header, value) => {
    expect(readCookie(header, '__Host-access')).toBe(value);
  });

  test.each([
    ['no header', null],
    ['an empty header', ''],
    ['another name', 'access=v'],
    ['a longer name', 'x__Host-access=v; __Host-access2=v'],
    ['other letters', '__host-access=v; __HOST-ACCESS=v'],
    ['a part without equals sign', '__Host-access'],
    ['the name inside of a value', 'a=__Host-access=v'],
    ['the name percent encoded', '%5F_Host-access=v'],
    ['a comma for a semicolon', 'a=1, __Host-access=v'],
  ])('is absent: %s', (_name, header) => {
    expect(readCookie(header, '__Host-access')).toBeNull();
  });

  test.each([
    ['with different values', '__Host-access=a; __Host-access=b'],
    ['with the same value', '__Host-access=a; __Host-access=a'],
    ['far apart', '__Host-access=a; x=1; y=2; __Host-access=b'],
    ['one empty', '__Host-access=; __Host-access=b'],
    ['three times', '__Host-access=a; __Host-access=b; __Host-access=c'],
  ])('that occurs twice is none: %s (C22)', (_name, header) => {
    expect(readCookie(header, '__Host-access')).toBeNull();
  });

  // A sibling domain may set `\u00a0__Host-access`: to the browser it has no prefix, and bytes above 127 come through.
  test.each(['\u00a0', '\u0085', '\ufeff', '\u2000', '\u3000', '\v', '\f'])(
    'whose name has %j before or behind it is another cookie: only space and tab are white space here',
    (character) => {
      expect(readCookie(`${character}__Host-access=planted`, '__Host-access')).toBeNull();
      expect(readCookie(`__Host-access${character}=planted`, '__Host-access')).toBeNull();
      expect(readCookie(`${character}__Host-access=planted; __Host-access=v`, '__Host-access')).toBe('v');
    },
  );
});

test('a header as long as a server takes is read in no time, whatever it is made of', () => {
  const startedAt = performance.now();
  for (const filling of [' ', '\t', ';', '=', ' ;', '= ', 'a']) {
    const header = `a${filling.repeat(16_000 / filling.length)}b`;
    for (let use = 0; use < 20; use += 1) readCookie(header, '__Host-access');
  }
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});

describe('any cookie of ours', () => {
  test.each([
    ['__Host-access=', true],
    ['a=1; __Host-device=x', true],
    ['__Host-pending=1; __Host-pending=2', true],
    ['a=1; b=__Host-access', false],
    ['access=1', false],
    ['', false],
    [null, false],
  ])('in %j: %s', (header, expected) => {
    expect(hasAnyCookie(header, NAMES)).toBe(expected);
  });
});

describe('cookies put in the place of others', () => {
  const FRESH = new Map([
    ['__Host-access', 'new'],
    ['__Host-refresh', 'next'],
  ]);

  test.each([
    ['no header', null, '__Host-access=new; __Host-refresh=next'],
    ['others only', 'a=1; b=2', 'a=1; b=2; __Host-access=new; __Host-refresh=next'],
    ['the old ones', '__Host-access=old; a=1; __Host-refresh=old', 'a=1; __Host-access=new; __Host-refresh=next'],
    ['the old ones twice', '__Host-access=x; __Host-access=y; a=1', 'a=1; __Host-access=new; __Host-refresh=next'],
    ['others twice', 'a=1; a=2', 'a=1; a=2; __Host-access=new; __Host-refresh=next'],
    ['others with equals signs', 'a=b=c', 'a=b=c; __Host-access=new; __Host-refresh=next'],
    ['others without a name', 'flag; a=1', 'flag; a=1; __Host-access=new; __Host-refresh=next'],
  ])('leave the rest as it was: %s', (_name, header, expected) => {
    expect(replaceCookies(header, FRESH)).toBe(expected);
  });

  test('are read back', () => {
    const header = replaceCookies('__Host-access=x; __Host-access=y', FRESH);
    expect([readCookie(header, '__Host-access'), readCookie(header, '__Host-refresh')]).toEqual(['new', 'next']);
  });
});

test.each([
  ['__Host-access=v; Path=/; HttpOnly; Secure; SameSite=lax', { name: '__Host-access', value: 'v' }],
  ['a=b=c', { name: 'a', value: 'b=c' }],
  [' a = b ; Max-Age=0', { name: 'a', value: 'b' }],
  ['a=; Max-Age=0', { name: 'a', value: '' }],
  ['=v; Path=/', null],
  ['v; a=b', null],
  ['', null],
])('Set-Cookie %j gives %j', (line, expected) => {
  expect(parseSetCookie(line)).toEqual(expected);
});
