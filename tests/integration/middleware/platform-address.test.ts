import { afterAll, describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { findFreePort } from '@/scripts/free-port.mjs';
import { useDatabase } from '@/tests/support/database/use-database';
import { claimsOf, refreshProgram, signInProgram } from '@/tests/support/http/programs';
import { send } from '@/tests/support/http/requests';
import { ageRotation, auditTypes, COOKIE, createPerson, only, sessionRow, signIn } from '@/tests/support/people';
import { startHttpProxy } from '@/tests/support/server/proxies';
import { useServer } from '@/tests/support/server/use-server';

const PLATFORM = '76.76.21.21';
const HOME = '203.0.113.7';
const ELSEWHERE = '198.51.100.7';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';

const { url: databaseUrl } = await useDatabase();
const port = await findFreePort();
/** The way from the server to itself on Vercel: its proxies write who they see, and that is the server. */
const platform = await startHttpProxy(port, { 'x-forwarded-for': PLATFORM });
afterAll(() => platform.close());
const server = await useServer({
  databaseUrl,
  port,
  env: { VERCEL: '1', TRUSTED_PROXY_HOPS: '1', INTERNAL_ORIGIN: platform.origin },
});

/** As the platform hands on a visitor's own request. */
const from = (address: string, userAgent = FIREFOX) => ({ 'x-forwarded-for': address, 'user-agent': userAgent });

async function begin() {
  const cookies = await signIn(server, await createPerson({ hasPassword: true }), { headers: from(HOME) });
  const sid = String(claimsOf(cookies[COOKIE.access] ?? '')['sid']);
  return { sid, refreshOnly: only(cookies, COOKIE.refresh) };
}

describe('on Vercel', () => {
  it('a session keeps the address of its login, and pages that renew it leave no trace of the platform', async () => {
    const { sid, refreshOnly } = await begin();
    let cookies = refreshOnly;
    for (let page = 0; page < 3; page += 1) {
      const answer = await send(server, '/dashboard', { cookies, headers: from(HOME) });
      expect(answer.status).toBe(200);
      cookies = only(answer.cookies, COOKIE.refresh);
      await ageRotation(sid, 31);
    }
    expect(platform.seen).toContain('POST /api/auth/refresh');
    const answer = await send(server, '/api/auth/refresh', { method: 'POST', cookies, headers: from(HOME) });
    expect(answer.status).toBe(200);
    expect(await sessionRow(sid)).toMatchObject({ ip: HOME, device: 'Firefox on Linux', counter: 4n });
    expect(await auditTypes(sid)).toEqual(['signed_in']);
    expect(await db().auditEvent.count({ where: { ip: PLATFORM } })).toBe(0);
  });

  it('another browser is still noticed, without an address, in a rotation and in a convergence', async () => {
    const { sid, refreshOnly } = await begin();
    const first = await send(server, '/dashboard', { cookies: refreshOnly, headers: from(ELSEWHERE, SAFARI) });
    expect(first.status).toBe(200);
    expect((await send(server, '/dashboard', { cookies: refreshOnly, headers: from(HOME) })).status).toBe(200);
    expect(await sessionRow(sid)).toMatchObject({ ip: HOME, device: 'Firefox on Linux' });
    expect(await auditTypes(sid)).toEqual(['signed_in', 'device_changed']);
    const noticed = await db().auditEvent.findMany({ where: { sessionId: sid, type: 'device_changed' } });
    expect(noticed).toMatchObject([{ ip: null, details: { count: 2 } }]);
  });

  it('a program calls by itself, so its address is its own', async () => {
    const { tokens } = await signInProgram(server, undefined, {}, { headers: from(HOME) });
    const sid = String(claimsOf(tokens.access_token)['sid']);
    const refreshed = await refreshProgram(server, tokens.refresh_token, {}, { headers: from(ELSEWHERE) });
    expect(refreshed.status).toBe(200);
    expect(await sessionRow(sid)).toMatchObject({ ip: ELSEWHERE });
    expect(await auditTypes(sid)).toEqual(['signed_in', 'device_changed']);
  });
});
