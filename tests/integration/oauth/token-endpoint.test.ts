import { describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';
import { mailsTo } from '@/tests/support/http/mailbox';
import {
  ask,
  bearer,
  claimsOf,
  oauthErrorOf,
  refreshProgram,
  signInProgram,
  type Tokens,
} from '@/tests/support/http/programs';
import { atOnce, SITE, send } from '@/tests/support/http/requests';
import {
  ageRotation,
  auditTypes,
  COOKIE,
  createPerson,
  lengthenWaits,
  PASSWORD,
  prepareSession,
  sessionRow,
} from '@/tests/support/people';
import { startServer } from '@/tests/support/server/server';
import { useServer } from '@/tests/support/server/use-server';

const BILLING = 'https://billing.handstamp.test';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({
  databaseUrl,
  env: { TOKEN_AUDIENCES: `${BILLING},https://search.handstamp.test/v1` },
});

describe('POST /api/auth/token', () => {
  it('answers as RFC 6749 §5.1 asks, and sets no cookie', async () => {
    const { email } = await createPerson({ hasPassword: true });
    const answer = await send(server, '/api/auth/token', {
      method: 'POST',
      json: { email, password: PASSWORD },
      headers: { origin: null },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['pragma']).toBe('no-cache');
    expect(answer.setCookieLines).toEqual([]);
    const tokens = answer.json() as Tokens;
    expect(Object.keys(tokens).sort()).toEqual(['access_token', 'expires_in', 'refresh_token', 'token_type']);
    expect(tokens.token_type).toBe('Bearer');
    expect(tokens.expires_in).toBeGreaterThan(230);
    expect(tokens.expires_in).toBeLessThanOrEqual(300);
    expect(tokens.refresh_token).toMatch(/^hs_rt_[A-Za-z0-9_-]{94}$/);
  });

  it('takes what OAuth libraries send: a form with grant_type=refresh_token', async () => {
    const { refresh_token } = (await signInProgram(server)).tokens;
    const second = await ask(server, '/api/auth/token', { grant_type: 'refresh_token', refresh_token });
    expect(second.status, second.text).toBe(200);
  });

  it('has no password grant (RFC 9700 §2.4), and says what to do instead', async () => {
    const { email } = await createPerson({ hasPassword: true });
    const form = { grant_type: 'password', username: email, email, password: PASSWORD };
    const answer = await ask(server, '/api/auth/token', form);
    expect(oauthErrorOf(answer)).toBe('400 unsupported_grant_type');
    expect(answer.json()).toMatchObject({ error_description: expect.stringContaining('without grant_type') });
    expect(oauthErrorOf(await ask(server, '/api/auth/token/refresh', form))).toBe('400 unsupported_grant_type');
    expect(await db().session.count({ where: { user: { email } } })).toBe(0);
  });

  it('signs nobody in with DIRECT_TOKEN_SIGN_IN=off, and programs that have tokens go on', async () => {
    const { person, tokens } = await signInProgram(server);
    const closed = await startServer({ databaseUrl, env: { APP_ORIGIN: SITE, DIRECT_TOKEN_SIGN_IN: 'off' } });
    try {
      const answer = await ask(closed, '/api/auth/token', { email: person.email, password: PASSWORD });
      expect(oauthErrorOf(answer)).toBe('400 unsupported_grant_type');
      expect(answer.json()).toMatchObject({ error_description: expect.stringContaining('DIRECT_TOKEN_SIGN_IN') });
      expect((await refreshProgram(closed, tokens.refresh_token)).status).toBe(200);
    } finally {
      await closed.stop();
    }
  });

  it('knows no scope, and spends nothing on who asks for one (RFC 6749 §3.3)', async () => {
    const { person, tokens } = await signInProgram(server);
    const sid = String(claimsOf(tokens.access_token)['sid']);
    const asked = { email: person.email, password: PASSWORD, scope: 'admin' };
    expect(oauthErrorOf(await ask(server, '/api/auth/token', asked))).toBe('400 invalid_scope');
    for (const path of ['/api/auth/token', '/api/auth/token/refresh']) {
      const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token, scope: 'admin' };
      expect(oauthErrorOf(await ask(server, path, form))).toBe('400 invalid_scope');
    }
    expect(await sessionRow(sid)).toMatchObject({ counter: 0n, endedAt: null });
    // One without a value counts as absent (§3.2).
    expect((await refreshProgram(server, tokens.refresh_token, { scope: '' })).status).toBe(200);
  });

  it('lets a page of another site sign nobody in: it sets nothing and reads nothing', async () => {
    const { email } = await createPerson({ hasPassword: true });
    const answer = await ask(
      server,
      '/api/auth/token',
      { email, password: PASSWORD },
      {
        headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      },
    );
    // The password was right: what comes back is for whoever can read it, which that page cannot.
    expect(answer.status).toBe(200);
    expect(answer.setCookieLines).toEqual([]);
    const allowed = Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'));
    expect(allowed).toEqual([]);
    expect(answer.headers['cross-origin-resource-policy']).toBe('same-origin');
  });

  it('shows the session to its owner as one of an API, and lets it be ended there', async () => {
    const { person, tokens } = await signInProgram(server);
    const browser = await prepareSession(person);
    const sid = String(claimsOf(tokens.access_token)['sid']);
    const list = (await send(server, '/api/auth/sessions', { cookies: browser.accessOnly })).json();
    expect(list).toMatchObject({
      sessions: [
        { id: browser.id, kind: 'browser' },
        { id: sid, kind: 'api' },
      ],
    });
    const ended = await send(server, `/api/auth/sessions/${sid}`, { method: 'DELETE', cookies: browser.accessOnly });
    expect(ended.status).toBe(204);
    expect((await send(server, '/api/auth/session', bearer(tokens.access_token))).status).toBe(401);
    expect(oauthErrorOf(await refreshProgram(server, tokens.refresh_token))).toBe('400 invalid_grant');
  });

  it('says the same of a wrong password, an unknown address, text that is no address, and a disabled account', async () => {
    const known = await createPerson({ hasPassword: true });
    const disabled = await createPerson({ hasPassword: true });
    await db().user.update({ where: { id: disabled.id }, data: { disabledAt: new Date() } });
    const tries = [
      { email: known.email, password: `${PASSWORD}x` },
      { email: 'nobody@people.test', password: PASSWORD },
      { email: 'no address', password: PASSWORD },
      { email: known.email, password: 'x'.repeat(2_000) },
      { email: disabled.email, password: PASSWORD },
    ];
    const answers = await Promise.all(tries.map((form) => ask(server, '/api/auth/token', form)));
    expect(new Set(answers.map(oauthErrorOf))).toEqual(new Set(['400 invalid_grant']));
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
  });

  it.each([
    ['no password', { email: 'a@b.test' }, '400 invalid_request'],
    ['an empty password', { email: 'a@b.test', password: '' }, '400 invalid_request'],
    ['another grant', { grant_type: 'client_credentials' }, '400 unsupported_grant_type'],
    [
      'an unknown resource',
      { email: 'a@b.test', password: 'x', resource: 'https://evil.example' },
      '400 invalid_target',
    ],
  ])('refuses %s', async (_what, form, expected) => {
    expect(oauthErrorOf(await ask(server, '/api/auth/token', form as Record<string, string>))).toBe(expected);
  });

  it.each([
    ['a parameter that comes twice', 'application/x-www-form-urlencoded', 'email=a@b.test&email=c@d.test&password=x'],
    ['a member that comes twice', 'application/json', '{"email":"a@b.test","email":"c@d.test","password":"x"}'],
    ['a parameter twice, once empty', 'application/x-www-form-urlencoded', 'grant_type=&grant_type=refresh_token'],
    ['broken JSON', 'application/json', '{"email":'],
    ['JSON that is no object', 'application/json', '["email"]'],
    ['another media type', 'text/plain', 'email=a@b.test&password=x'],
    ['a body of 5 KB', 'application/json', JSON.stringify({ email: 'a@b.test', password: 'x'.repeat(5_000) })],
  ])('refuses %s with invalid_request', async (_what, type, body) => {
    const answer = await send(server, '/api/auth/token', {
      method: 'POST',
      body,
      headers: { origin: null, 'content-type': type },
    });
    expect(oauthErrorOf(answer)).toBe('400 invalid_request');
  });

  it('counts attempts apart from those at the login page, and says when to come back', async () => {
    const { email } = await createPerson({ hasPassword: true });
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await send(server, '/api/auth/login', { method: 'POST', json: { email, password: 'wrong' } });
    }
    await lengthenWaits();
    expect((await ask(server, '/api/auth/token', { email, password: PASSWORD })).status).toBe(200);
    for (let attempt = 0; attempt < 5; attempt += 1) await ask(server, '/api/auth/token', { email, password: 'wrong' });
    await lengthenWaits();
    const blocked = await ask(server, '/api/auth/token', { email, password: PASSWORD });
    expect(oauthErrorOf(blocked)).toBe('429 too_many_attempts');
    expect(Number(blocked.headers['retry-after'])).toBeGreaterThan(0);
  });
});

// Promise: A token for one service opens no other
describe('the audience (RFC 8707)', () => {
  it('is our own origin unless a resource of TOKEN_AUDIENCES is named, and stays with the session', async () => {
    const { tokens } = await signInProgram(server);
    expect(claimsOf(tokens.access_token)['aud']).toBe(SITE);
    const { tokens: billing } = await signInProgram(server, undefined, { resource: `${BILLING}/` });
    expect(claimsOf(billing.access_token)['aud']).toBe(BILLING);
    const refreshed = (await refreshProgram(server, billing.refresh_token)).json() as Tokens;
    expect(claimsOf(refreshed.access_token)['aud']).toBe(BILLING);
  });

  it('of another service opens nothing here', async () => {
    const { tokens } = await signInProgram(server, undefined, { resource: BILLING });
    for (const path of ['/api/me', '/api/auth/session', '/api/auth/sessions']) {
      expect((await send(server, path, bearer(tokens.access_token))).status, path).toBe(401);
    }
    const cookies = { [COOKIE.access]: tokens.access_token };
    expect((await send(server, '/api/me', { cookies })).status).toBe(401);
  });

  it('cannot be widened by a refresh, and the attempt rotates nothing', async () => {
    const { tokens } = await signInProgram(server, undefined, { resource: BILLING });
    const sid = String(claimsOf(tokens.access_token)['sid']);
    for (const resource of [SITE, 'https://search.handstamp.test/v1', 'https://evil.example']) {
      expect(oauthErrorOf(await refreshProgram(server, tokens.refresh_token, { resource }))).toBe('400 invalid_target');
    }
    expect(await sessionRow(sid)).toMatchObject({ counter: 0n, endedAt: null });
    expect((await refreshProgram(server, tokens.refresh_token, { resource: BILLING })).status).toBe(200);
  });
});

describe('POST /api/auth/token/refresh', () => {
  it('rotates with one statement; twenty at once converge on one token', async () => {
    const { tokens } = await signInProgram(server);
    const sid = String(claimsOf(tokens.access_token)['sid']);
    const answers = await atOnce(20, () => refreshProgram(server, tokens.refresh_token));
    const given = answers.map((answer) => (answer.json() as Tokens).refresh_token);
    expect(new Set(given).size).toBe(1);
    expect(given[0]).not.toBe(tokens.refresh_token);
    expect(await sessionRow(sid)).toMatchObject({ counter: 1n, endedAt: null });
    await ageRotation(sid, 31);
    const { result, statements } = await countStatements(databaseUrl, () => refreshProgram(server, given[0] ?? ''));
    expect(result.status).toBe(200);
    const own = statements.filter(({ sql }) => !sql.includes('Session_statusNumber_seq'));
    expect(own.reduce((sum, { calls }) => sum + calls, 0)).toBe(1);
  });

  it('takes a replaced token outside the grace window for a copy: the session ends, its owner gets a mail', async () => {
    const { tokens, person } = await signInProgram(server);
    const sid = String(claimsOf(tokens.access_token)['sid']);
    const next = (await refreshProgram(server, tokens.refresh_token)).json() as Tokens;
    await ageRotation(sid, 31);
    expect(oauthErrorOf(await refreshProgram(server, tokens.refresh_token))).toBe('400 invalid_grant');
    expect(oauthErrorOf(await refreshProgram(server, next.refresh_token))).toBe('400 invalid_grant');
    expect(await auditTypes(sid)).toContain('refresh_reuse');
    expect((await send(server, '/api/auth/session', bearer(next.access_token))).status).toBe(401);
    await expect.poll(() => db().outbox.count({ where: { to: person.email } })).toBe(0);
    const subjects = (await mailsTo(server, person.email)).map(({ subject }) => subject);
    expect(subjects.filter((subject) => subject.includes('to be safe'))).toHaveLength(1);
  });

  it('serves programs only: a browser session does not refresh here, nor a program session by cookie', async () => {
    const browser = await prepareSession();
    for (const text of [browser.refreshToken, `hs_rt_${browser.refreshToken}`]) {
      expect(oauthErrorOf(await refreshProgram(server, text))).toBe('400 invalid_grant');
    }
    expect(await sessionRow(browser.id)).toMatchObject({ counter: 0n, endedAt: null });
    const { tokens } = await signInProgram(server);
    for (const text of [tokens.refresh_token, tokens.refresh_token.slice(6)]) {
      const answer = await send(server, '/api/auth/refresh', { method: 'POST', cookies: { [COOKIE.refresh]: text } });
      expect(answer.status).toBe(401);
    }
  });

  it('reads no cookie', async () => {
    const browser = await prepareSession();
    const answer = await ask(
      server,
      '/api/auth/token/refresh',
      { grant_type: 'refresh_token' },
      { cookies: browser.cookies },
    );
    expect(oauthErrorOf(answer)).toBe('400 invalid_request');
  });

  it('refuses forgeries without a statement', async () => {
    const { tokens } = await signInProgram(server);
    const forged = [`${tokens.refresh_token.slice(0, -2)}AA`, 'hs_rt_', 'x', tokens.access_token, 'hs_rt_'.repeat(16)];
    const { result, statements } = await countStatements(databaseUrl, () =>
      Promise.all(forged.map((text) => refreshProgram(server, text))),
    );
    expect(new Set(result.map(oauthErrorOf))).toEqual(new Set(['400 invalid_grant']));
    expect(statements.filter(({ sql }) => !sql.includes('Session_statusNumber_seq'))).toEqual([]);
  });
});
