import { describe, expect, it } from 'vitest';
import { fromBase64Url, toBase64Url, utf8 } from '@/lib/core/encoding';
import { mintRefreshToken, newSessionSecret, refreshMacKeys } from '@/lib/core/token/refresh-token';
import { randomBytes } from '@/lib/server/keys/random';
import { rootSecrets } from '@/lib/server/keys/root-secrets';
import type { CountedStatement } from '@/tests/support/database/statements';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';
import { problemOf } from '@/tests/support/http/problems';
import { ask, bearer, type Tokens } from '@/tests/support/http/programs';
import { inTurns, send } from '@/tests/support/http/requests';
import { ageRotation, COOKIE, createPerson, PASSWORD, prepareSession, sessionRow } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });

/** The one query that any amount of traffic may cause, once a second. */
const isStateQuery = ({ sql }: CountedStatement): boolean => sql.includes('Session_statusNumber_seq');
const others = (statements: readonly CountedStatement[]) => statements.filter((one) => !isStateQuery(one));
const callsOf = (statements: readonly CountedStatement[]) => statements.reduce((sum, { calls }) => sum + calls, 0);

const refresh = (token: string) =>
  send(server, '/api/auth/refresh', { method: 'POST', cookies: { [COOKIE.refresh]: token } });

// Promise: A verified request costs no statement
describe('statements, counted by PostgreSQL', () => {
  it('1,000 verified requests cause none but the state query, once a second', async () => {
    const { accessOnly } = await prepareSession();
    const ask = () => send(server, '/api/auth/session', { cookies: accessOnly });
    await ask();
    const startedAt = Date.now();
    const { result, statements } = await countStatements(databaseUrl, () => inTurns(1_000, 12, ask));
    const seconds = (Date.now() - startedAt) / 1000;
    expect(result.filter((answer) => answer.status !== 200)).toEqual([]);
    expect(others(statements)).toEqual([]);
    const stateQueries = statements.reduce((sum, { calls }) => sum + calls, 0);
    expect(stateQueries).toBeGreaterThan(0);
    expect(stateQueries).toBeLessThanOrEqual(Math.ceil(seconds) + 1);
  });

  it('a refresh is one, and so is every other one within the grace window', async () => {
    const { id, refreshToken } = await prepareSession();
    const rotation = await countStatements(databaseUrl, () => refresh(refreshToken));
    expect(rotation.result.status).toBe(200);
    expect(callsOf(others(rotation.statements)), JSON.stringify(rotation.statements)).toBe(1);
    const convergence = await countStatements(databaseUrl, () => refresh(refreshToken));
    expect(convergence.result.status).toBe(200);
    expect(callsOf(others(convergence.statements)), JSON.stringify(convergence.statements)).toBe(1);
    await ageRotation(id, 31);
    const current = rotation.result.cookies[COOKIE.refresh] ?? '';
    const again = await countStatements(databaseUrl, () => refresh(current));
    expect(again.result.status).toBe(200);
    expect(callsOf(others(again.statements)), JSON.stringify(again.statements)).toBe(1);
  });

  it('a page with an expired access token adds that one to the reads of the page itself', async () => {
    const person = await createPerson();
    const withAccess = await prepareSession(person);
    const withoutAccess = await prepareSession(person);
    const plain = await countStatements(databaseUrl, () =>
      send(server, '/account', { cookies: withAccess.accessOnly }),
    );
    const refreshed = await countStatements(databaseUrl, () =>
      send(server, '/account', { cookies: withoutAccess.refreshOnly }),
    );
    expect([plain.result.status, refreshed.result.status]).toEqual([200, 200]);
    const count = (statements: readonly CountedStatement[]) =>
      others(statements).reduce((sum, { calls }) => sum + calls, 0);
    expect(count(refreshed.statements)).toBe(count(plain.statements) + 1);
  });

  it('a login is at most four', async () => {
    const { email } = await createPerson({ hasPassword: true });
    const { result, statements } = await countStatements(databaseUrl, () =>
      send(server, '/api/auth/login', { method: 'POST', json: { email, password: PASSWORD } }),
    );
    expect(result.status).toBe(200);
    const calls = others(statements).reduce((sum, one) => sum + one.calls, 0);
    expect(calls, JSON.stringify(statements)).toBeLessThanOrEqual(4);
  });

  it('a program’s sign-in is at most four, and its Bearer requests are none', async () => {
    const { email } = await createPerson({ hasPassword: true });
    const form = { email, password: PASSWORD };
    const signedIn = await countStatements(databaseUrl, () => ask(server, '/api/auth/token', form));
    expect(signedIn.result.status).toBe(200);
    const calls = others(signedIn.statements).reduce((sum, one) => sum + one.calls, 0);
    expect(calls, JSON.stringify(signedIn.statements)).toBeLessThanOrEqual(4);
    const { access_token: token } = signedIn.result.json() as Tokens;
    const forged = `${token.slice(0, -8)}AAAAAAAA`;
    const { result, statements } = await countStatements(databaseUrl, () =>
      inTurns(200, 8, (index) => send(server, '/api/auth/session', bearer(index % 2 === 0 ? token : forged))),
    );
    expect(new Set(result.map((answer) => answer.status))).toEqual(new Set([200, 401]));
    expect(others(statements)).toEqual([]);
  });

  it('forged, damaged and foreign refresh tokens cause none', async () => {
    const { id, refreshToken } = await prepareSession();
    const bytes = fromBase64Url(refreshToken) ?? new Uint8Array();
    const damaged = [...bytes].map((_byte, at) => toBase64Url(bytes.map((byte, i) => (i === at ? byte ^ 1 : byte))));
    const otherVersions = [0, 2, 255].map((version) =>
      toBase64Url(bytes.map((byte, at) => (at === 0 ? version : byte))),
    );
    const shapes = [
      '',
      'x',
      `${refreshToken}A`,
      refreshToken.slice(0, -1),
      `${refreshToken}=`,
      refreshToken.toLowerCase(),
      `hs_rt_${refreshToken}`,
      'A'.repeat(94),
      'A'.repeat(5000),
      `${refreshToken}${refreshToken}`,
      'null',
      '%41',
    ];
    const tokens = [...damaged, ...otherVersions, ...shapes];
    const { result, total, statements } = await countStatements(databaseUrl, () =>
      inTurns(tokens.length, 8, (index) => refresh(tokens[index] ?? '')),
    );
    expect(new Set(result.map(problemOf))).toEqual(new Set(['401 session_ended']));
    expect(total, JSON.stringify(statements)).toBe(0);
    expect(await sessionRow(id)).toMatchObject({ counter: 0n, endedAt: null });
    expect((await refresh(refreshToken)).status).toBe(200);
  });

  it('a thousand forged, damaged and foreign access tokens cause none but the state query, once a second', async () => {
    const { accessToken } = await prepareSession();
    const [header = '', claims = '', signature = ''] = accessToken.split('.');
    const flipped = `${signature.slice(0, 10)}${signature[10] === 'A' ? 'B' : 'A'}${signature.slice(11)}`;
    const unknownKey = toBase64Url(utf8(JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid: 'unknown1' })));
    const tokens = [`${header}.${claims}.${flipped}`, `${unknownKey}.${claims}.${signature}`, 'a.b.c', 'x'];
    const ask = (index: number) => {
      const token = tokens[index % tokens.length] ?? '';
      return index % 2 === 0
        ? send(server, '/api/auth/session', { cookies: { [COOKIE.access]: token } })
        : send(server, '/api/auth/session', { headers: { authorization: `Bearer ${token}` } });
    };
    const startedAt = Date.now();
    const { result, statements } = await countStatements(databaseUrl, () => inTurns(1_000, 12, ask));
    const seconds = (Date.now() - startedAt) / 1000;
    expect(new Set(result.map(problemOf))).toEqual(new Set(['401 unauthenticated']));
    expect(others(statements)).toEqual([]);
    expect(callsOf(statements)).toBeLessThanOrEqual(Math.ceil(seconds) + 1);
  });

  it('one forged with the true AUTH_SECRET, session id and counter, but another session secret, ends nothing', async () => {
    const { id, refreshToken } = await prepareSession();
    const keys = await refreshMacKeys(await rootSecrets());
    const before = await sessionRow(id);
    for (const counter of [0, 1, 2, 4_294_967_295]) {
      const secret = newSessionSecret(randomBytes);
      const forged = await mintRefreshToken({ sessionId: id, counter, secret }, keys);
      expect(problemOf(await refresh(forged))).toBe('401 session_ended');
    }
    expect(await sessionRow(id)).toEqual(before);
    expect((await refresh(refreshToken)).status).toBe(200);
  });
});
