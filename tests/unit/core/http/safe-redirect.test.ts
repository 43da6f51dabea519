import { describe, expect, test } from 'vitest';
import { HOME_PATH, isCarriable, loginPath, safeNextPath, withNext } from '@/lib/core/http/safe-redirect';
import hostileTargets from '../../../fixtures/open-redirects.json';

const APP = 'https://app.handstamp.example';

test('the list of hostile targets is the one that was written', () => {
  expect(new Set(hostileTargets).size).toBe(hostileTargets.length);
  expect(hostileTargets.length).toBeGreaterThanOrEqual(100);
});

// Promise: Nobody is led to another site after signing in
test.each(hostileTargets)('%j leads home', (target) => {
  expect(safeNextPath(target, APP)).toBe(HOME_PATH);
});

test.each([null, undefined])('%s leads home', (target) => {
  expect(safeNextPath(target, APP)).toBe(HOME_PATH);
});

describe('a path of ours is kept', () => {
  test.each([
    ['/dashboard', '/dashboard'],
    ['/', '/'],
    ['/account/sessions?page=2', '/account/sessions?page=2'],
    ['/account?next=//evil.example', '/account?next=//evil.example'],
    ['/account?x=https://evil.example', '/account?x=https://evil.example'],
    ['/admin/../account', '/account'],
    ['/a//b', '/a//b'],
    ['/loginX', '/loginX'],
    ['/apis', '/apis'],
    ['/registered', '/registered'],
    ['/%2f%2fevil.example', '/%2f%2fevil.example'],
    ['/@evil.example', '/@evil.example'],
    ['/:80', '/:80'],
    ['/名前?q=%20', '/%E5%90%8D%E5%89%8D?q=%20'],
    ['/account#part', '/account'],
  ])('%j as %j', (target, kept) => {
    expect(safeNextPath(target, APP)).toBe(kept);
  });

  test('up to 2,048 characters', () => {
    expect(safeNextPath(`/${'a'.repeat(2047)}`, APP)).toHaveLength(2048);
    expect(safeNextPath(`/${'a'.repeat(2048)}`, APP)).toBe(HOME_PATH);
  });

  test('up to 2,048 characters as they will be sent, escapes and all', () => {
    expect(safeNextPath(`/${'é'.repeat(341)}`, APP)).toHaveLength(2047);
    expect(safeNextPath(`/${'é'.repeat(342)}`, APP)).toBe(HOME_PATH);
  });
});

test('whatever is kept stays on our origin, is stable, and leads nobody back to a login', () => {
  const pieces = [
    '/',
    '//',
    '\\',
    '.',
    '..',
    '%2e',
    '%2f',
    '%5c',
    'evil.example',
    '@',
    ':',
    '?',
    '#',
    'login',
    'api',
    '\t',
    ' ',
    'a',
    ';',
    '%00',
    '\u00a0',
  ];
  const dangerous: string[] = [];
  for (let number = 0; number < 21 ** 3; number += 1) {
    const target = `/${pieces[number % 21]}${pieces[Math.floor(number / 21) % 21]}${pieces[Math.floor(number / 441)]}evil.example`;
    const kept = safeNextPath(target, APP);
    const url = new URL(kept, APP);
    if (url.origin !== APP || !kept.startsWith('/') || kept.startsWith('//') || safeNextPath(kept, APP) !== kept)
      dangerous.push(target);
    if (/^\/(?:login|api)(?:\/|$)/.test(url.pathname)) dangerous.push(target);
  }
  expect(dangerous).toEqual([]);
});

test('works on localhost with a port as well', () => {
  expect(safeNextPath('/dashboard', 'http://localhost:3000')).toBe('/dashboard');
  expect(safeNextPath('http://localhost:3000/dashboard', 'http://localhost:3000')).toBe(HOME_PATH);
});

describe('the address of the login page', () => {
  test('carries where somebody wanted to go, and safely back', () => {
    for (const path of ['/dashboard', '/account?a=1&b=2', '/account?x=a%20b+c', '/名前']) {
      const next = new URL(loginPath(path), APP).searchParams.get('next');
      expect(next).toBe(path);
    }
  });

  test.each([
    ['of letters', `/${'a'.repeat(2045)}`, `/${'a'.repeat(2046)}`],
    ['of what is escaped', `/${'é'.repeat(340)}aaaaa`, `/${'é'.repeat(341)}`],
    ['of slashes', '/'.repeat(682), '/'.repeat(683)],
  ])('carries no more than 2,048 characters, counted escaped: %s', (_what, fits, doesNot) => {
    expect(loginPath(fits)).toBe(`/login?next=${encodeURIComponent(fits)}`);
    expect(loginPath(doesNot)).toBe('/login');
    expect(loginPath(doesNot, { isEnded: true })).toBe('/login?ended=1');
    expect([isCarriable(fits), isCarriable(doesNot)]).toEqual([true, false]);
  });

  test('is one for half of a character too, which no address holds', () => {
    expect(loginPath('/a\udc00')).toBe('/login?next=%2Fa%EF%BF%BD');
    expect(withNext('/register', '/\ud800/a')).toBe('/register?next=%2F%EF%BF%BD%2Fa');
    expect(isCarriable('\ud83d\ude00'.repeat(170))).toBe(true);
  });

  test('says that a session ended where one did', () => {
    expect(loginPath('/account', { isEnded: true })).toBe('/login?ended=1&next=%2Faccount');
  });

  test('cannot be broken out of', () => {
    expect(loginPath('/a&next=//evil.example#x')).toBe('/login?next=%2Fa%26next%3D%2F%2Fevil.example%23x');
  });
});

describe('the address of another page at the door', () => {
  test('keeps the page that is wanted afterwards, beside what else it says', () => {
    expect(withNext('/register', '/account?a=1&b=2')).toBe('/register?next=%2Faccount%3Fa%3D1%26b%3D2');
    expect(withNext('/verify-email?sent=1', '/account')).toBe('/verify-email?sent=1&next=%2Faccount');
  });

  test('says nothing of the dashboard, which comes by itself, nor of what is too long to carry', () => {
    expect(withNext('/register', HOME_PATH)).toBe('/register');
    expect(withNext('/register', `/${'a'.repeat(2046)}`)).toBe('/register');
  });
});
