import { describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';
import { problemOf } from '@/tests/support/http/problems';
import { bearer, claimsOf, oauthErrorOf, refreshProgram, signInProgram } from '@/tests/support/http/programs';
import { type Answer, send, type Target } from '@/tests/support/http/requests';
import { ageRotation, auditTypes, COOKIE, createPerson, PASSWORD, sessionRow } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const bound = await useServer({ databaseUrl, env: { SESSION_NETWORK_BINDING: 'prefix', TRUSTED_PROXY_HOPS: '1' } });
const free = await useServer({ databaseUrl, env: { TRUSTED_PROXY_HOPS: '1' } });

const HOME = '203.0.113.7';
const NEXT_DOOR = '203.0.113.99';
const ELSEWHERE = '198.51.100.7';
const from = (address: string) => ({ 'x-forwarded-for': address });

async function signIn(server: Target, address: string) {
  const { email } = await createPerson({ hasPassword: true });
  const json = { email, password: PASSWORD, remember: true };
  const { status, cookies } = await send(server, '/api/auth/login', { method: 'POST', json, headers: from(address) });
  expect(status).toBe(200);
  const sid = String(claimsOf(cookies[COOKIE.access] ?? '')['sid']);
  return { sid, email, access: only(cookies, COOKIE.access), refresh: only(cookies, COOKIE.refresh), cookies };
}

const only = (cookies: Answer['cookies'], name: string) => ({ [name]: cookies[name] ?? '' });
const page = (cookies: Record<string, string>, address: string, server: Target = bound) =>
  send(server, '/dashboard', { cookies, headers: from(address) });

// Promise: With `SESSION_NETWORK_BINDING=prefix` a copied token or cookie
describe('with SESSION_NETWORK_BINDING=prefix', () => {
  it('a session is good in its network, also from another address of it, and across refreshes', async () => {
    const { sid, access, refresh } = await signIn(bound, HOME);
    expect((await page(access, NEXT_DOOR)).status).toBe(200);
    const refreshed = await page(refresh, NEXT_DOOR);
    expect(refreshed.status).toBe(200);
    await ageRotation(sid, 31);
    expect((await page(refreshed.cookies, HOME)).status).toBe(200);
  });

  it('a copy used elsewhere is asked to sign in, is audited once, and ends nothing for the owner', async () => {
    const { sid, cookies, access, refresh } = await signIn(bound, HOME);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const stolen = await page(cookies, ELSEWHERE);
      expect(stolen.status).toBe(303);
      expect(stolen.headers.location).toContain('/login?next=');
      expect(stolen.setCookieLines).toEqual([]);
    }
    const direct = await send(bound, '/api/auth/refresh', {
      method: 'POST',
      cookies: refresh,
      headers: from(ELSEWHERE),
    });
    expect(problemOf(direct)).toBe('401 session_ended');
    expect(await auditTypes(sid)).toEqual(['signed_in', 'network_refused']);
    expect(await sessionRow(sid)).toMatchObject({ counter: 0n, endedAt: null });
    expect((await page(refresh, HOME)).status).toBe(200);
    expect((await page(access, HOME)).status).toBe(200);
  });

  it('the API says the same of a cookie and of a Bearer token', async () => {
    const { access } = await signIn(bound, HOME);
    const token = access[COOKIE.access] ?? '';
    for (const path of ['/api/auth/session', '/api/me']) {
      expect((await send(bound, path, { cookies: access, headers: from(HOME) })).status, path).toBe(200);
      expect((await send(bound, path, { cookies: access, headers: from(ELSEWHERE) })).status, path).toBe(401);
      const copied = { headers: { ...bearer(token).headers, ...from(ELSEWHERE) } };
      expect((await send(bound, path, copied)).status, path).toBe(401);
    }
  });

  it('costs no statement to check', async () => {
    const { access } = await signIn(bound, HOME);
    const ask = (address: string) => send(bound, '/api/auth/session', { cookies: access, headers: from(address) });
    const { result, statements } = await countStatements(databaseUrl, () =>
      Promise.all([HOME, NEXT_DOOR, ELSEWHERE].map((address) => ask(address))),
    );
    expect(result.map((answer) => answer.status)).toEqual([200, 200, 401]);
    expect(statements.filter(({ sql }) => !sql.includes('Session_statusNumber_seq'))).toEqual([]);
  });

  it('holds for programs too, and a request that hides its address is not at home', async () => {
    const { tokens } = await signInProgram(bound, undefined, {}, { headers: from(HOME) });
    const session = (address: string) =>
      send(bound, '/api/auth/session', { headers: { ...bearer(tokens.access_token).headers, ...from(address) } });
    expect((await session(NEXT_DOOR)).status).toBe(200);
    expect((await session('not an address')).status).toBe(401);
    const elsewhere = await refreshProgram(bound, tokens.refresh_token, {}, { headers: from(ELSEWHERE) });
    expect(oauthErrorOf(elsewhere)).toBe('400 invalid_grant');
    const atHome = await refreshProgram(bound, tokens.refresh_token, {}, { headers: from(HOME) });
    expect(atHome.status).toBe(200);
  });

  it('only the address that the trusted proxy wrote counts', async () => {
    const { access } = await signIn(bound, HOME);
    expect((await page(access, `${HOME}, ${ELSEWHERE}`)).status).toBe(303);
    expect((await page(access, `${ELSEWHERE}, ${HOME}`)).status).toBe(200);
  });

  it('a session from before the setting becomes bound with its next rotation', async () => {
    const { sid, refresh, access } = await signIn(free, HOME);
    expect(await db().session.findUniqueOrThrow({ where: { id: sid } })).toMatchObject({ network: null });
    expect((await page(access, ELSEWHERE)).status).toBe(200);
    expect((await page(refresh, HOME)).status).toBe(200);
    expect(await db().session.findUniqueOrThrow({ where: { id: sid } })).toMatchObject({ network: '203.0.113.0/24' });
    expect((await page(refresh, ELSEWHERE)).status).toBe(303);
  });
});

describe('without it', () => {
  it('nobody asks where a session comes from', async () => {
    const { access, refresh } = await signIn(free, HOME);
    expect((await page(access, ELSEWHERE, free)).status).toBe(200);
    expect((await page(refresh, ELSEWHERE, free)).status).toBe(200);
    expect(claimsOf(access[COOKIE.access] ?? '')['net']).toBeUndefined();
  });
});
