import { describe, expect, test } from 'vitest';
import { API_CLIENT, parseAccessClaims, ROLES, WEB_CLIENT } from '@/lib/core/token/claims';
import { Role as StoredRole } from '@/lib/server/database/generated/prisma/enums';
import { CLAIMS, ISSUER } from '../../../fixtures/access-tokens';

/** Of two outcomes: refused with the one code that there is, or accepted. */
function isAccepted(changes: Record<string, unknown>): boolean {
  const parsed = parseAccessClaims({ ...CLAIMS, ...changes });
  if (!parsed.ok && parsed.code !== 'bad_claims') throw new Error(`refused as ${parsed.code}`);
  return parsed.ok;
}

const withStatus = (status_list: unknown) => ({ status: { status_list } });
const URI = CLAIMS.status.status_list.uri;

test('good claims are handed on as they are', () => {
  expect(parseAccessClaims(CLAIMS)).toEqual({ ok: true, value: CLAIMS });
});

test('members that we do not know are dropped', () => {
  const parsed = parseAccessClaims({ ...CLAIMS, email: 'person@example.com', status: { ...CLAIMS.status, other: 1 } });
  expect(parsed).toEqual({ ok: true, value: CLAIMS });
});

test('a token of version 0.1, which named no client, is good until it is over', () => {
  const { client_id: _gone, ...before } = CLAIMS;
  expect(parseAccessClaims(before)).toEqual({ ok: true, value: before });
});

describe('client_id', () => {
  test.each([null, true, {}, [], '', 1, 'x'.repeat(257), ['web'], 'abc\ud800'])('is refused as %j', (client_id) => {
    expect(isAccepted({ client_id })).toBe(false);
  });
});

test('the clients that are none of a list are told apart by names that services compare with', () => {
  expect([WEB_CLIENT, API_CLIENT]).toEqual(['web', 'api']);
});

describe('net', () => {
  test('is handed on where a session is bound, and there is no member for it where none is', () => {
    expect(parseAccessClaims({ ...CLAIMS, net: 'AQIDBAUGBwgJ' })).toEqual({
      ok: true,
      value: { ...CLAIMS, net: 'AQIDBAUGBwgJ' },
    });
    const { client_id: _gone, ...least } = CLAIMS;
    const parsed = parseAccessClaims(least);
    const members = ['net', 'client_id', 'own'];
    expect(parsed.ok && members.filter((name) => Object.hasOwn(parsed.value, name))).toEqual([]);
  });

  test.each([null, true, {}, [], '', 1, 'x'.repeat(257), ['AQID'], 'abc\ud800'])('is refused as %j', (net) => {
    expect(parseAccessClaims({ ...CLAIMS, net })).toEqual({ ok: false, code: 'bad_claims' });
  });
});

const REQUIRED = Object.keys(CLAIMS).filter((claim) => claim !== 'client_id');

describe.each(REQUIRED)('%s', (claim) => {
  test('is required', () => {
    const { [claim]: _gone, ...rest }: Record<string, unknown> = CLAIMS;
    expect(parseAccessClaims(rest)).toEqual({ ok: false, code: 'bad_claims' });
  });

  test('is not taken from the prototype', () => {
    const { [claim]: inherited, ...rest }: Record<string, unknown> = CLAIMS;
    const claims: Record<string, unknown> = JSON.parse(`{"__proto__":${JSON.stringify({ [claim]: inherited })}}`);
    expect(parseAccessClaims({ ...rest, ...claims }).ok).toBe(false);
  });

  test.each([null, true, false, {}, [], [null]])('is refused as %j (A23)', (value) => {
    expect(isAccepted({ [claim]: value })).toBe(claim === 'amr' && Array.isArray(value) && value.length === 0);
  });
});

describe.each(['iss', 'aud', 'sub', 'sid', 'jti'])('%s', (claim) => {
  test.each([
    ['a number', 1],
    ['empty', ''],
    ['longer than 256 characters', 'x'.repeat(257)],
    ['of 10 kB (C7)', 'x'.repeat(10_240)],
    ['an array of one', [ISSUER]],
    ['a String-like object', { length: 5 }],
  ])('is refused as %s', (_name, value) => {
    expect(isAccepted({ [claim]: value })).toBe(false);
  });

  test('may have 256 characters', () => {
    expect(isAccepted({ [claim]: 'x'.repeat(256) })).toBe(true);
  });

  test('is refused with half of a character, which no two systems write alike (C24)', () => {
    expect(isAccepted({ [claim]: 'abc\ud800' })).toBe(false);
  });
});

describe.each(['iat', 'exp', 'auth_time'])('%s', (claim) => {
  test.each([
    ['text', '1795411200'],
    ['negative', -1],
    ['a fraction', 1_795_411_200.5],
    ['infinite, as 1e400 is read', Number('1e400')],
    ['beyond the year 9999', 253_402_300_800],
    ['9e15', 9e15],
    ['not a number', Number.NaN],
    ['a date', new Date(0)],
  ])('is refused as %s (C6)', (_name, value) => {
    expect(isAccepted({ [claim]: value })).toBe(false);
  });

  test.each([0, 2 ** 31, 253_402_300_799])('may be %i', (value) => {
    expect(isAccepted({ [claim]: value })).toBe(true);
  });
});

test.each(['', 'owner', 'Admin', 'ADMIN', 'admin ', 'member,admin', 0, ['admin']])('role %j is refused', (role) => {
  expect(isAccepted({ role })).toBe(false);
});

test.each(ROLES)('role %j is accepted', (role) => {
  expect(isAccepted({ role })).toBe(true);
});

test('the roles are those of the database', () => {
  expect([...ROLES].sort()).toEqual(Object.values(StoredRole).sort());
});

test.each([[[]], [['pwd']], [['pwd', 'otp', 'hwk']], [new Array(8).fill('pwd')]])('amr %j is accepted', (amr) => {
  expect(isAccepted({ amr })).toBe(true);
});

test.each([
  // Beside what is no array, vitest hands arrays on as they are.
  'pwd',
  [1],
  ['pwd', null],
  [''],
  ['x'.repeat(257)],
  new Array(9).fill('pwd'),
  [['pwd']],
  { 0: 'pwd', length: 1 },
])('amr %j is refused', (amr) => {
  expect(isAccepted({ amr })).toBe(false);
});

test('the first place of a list is one', () => {
  expect(parseAccessClaims({ ...CLAIMS, ...withStatus({ idx: 0, uri: URI }) })).toMatchObject({
    value: { status: { status_list: { idx: 0, uri: URI } } },
  });
});

test.each([
  ['no status list', { status: {} }],
  ['a status list that is an array', withStatus([])],
  ['no index', withStatus({ uri: URI })],
  ['a negative index', withStatus({ idx: -1, uri: URI })],
  ['half an index', withStatus({ idx: 0.5, uri: URI })],
  ['an index as text', withStatus({ idx: '1', uri: URI })],
  ['an index that a double cannot hold', withStatus({ idx: 2 ** 53, uri: URI })],
  ['no uri', withStatus({ idx: 1 })],
  ['a uri that is no text', withStatus({ idx: 1, uri: [URI] })],
  ['an empty uri', withStatus({ idx: 1, uri: '' })],
  ['a uri of 257 characters', withStatus({ idx: 1, uri: 'x'.repeat(257) })],
])('a status reference with %s is refused', (_name, changes) => {
  expect(isAccepted(changes)).toBe(false);
});
