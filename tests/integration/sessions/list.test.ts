import { describe, expect, it } from 'vitest';
import { ADMIN, MEMBER } from '@/tests/support/accounts';
import { post, REFRESH, send, signIn } from '@/tests/support/http-client';
import { useApp } from '@/tests/support/running-app';

const app = useApp();

type Listed = { id: string; current: boolean; kind: string; lastSeenAt: string; createdAt: string };
const list = async (jar: Readonly<Record<string, string>>): Promise<Listed[]> => {
  const { sessions }: { sessions: Listed[] } = await (await send(app.server, '/api/auth/sessions', { jar })).json();
  return sessions;
};
describe('signing in', () => {
  it('answers with the user and the end of the access token', async () => {
    const answer = await post(app.server, '/api/auth/login', { json: MEMBER });
    expect(await answer.json()).toEqual({
      user: { id: expect.stringMatching(/^[\w-]{22}$/), email: MEMBER.email, name: expect.any(String), role: 'member' },
      accessTokenExpiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
    const cookies = answer.headers.getSetCookie();
    for (const cookie of cookies) expect(cookie).toMatch(/; Path=\/; .*HttpOnly; SameSite=lax/i);
    expect(cookies.filter((cookie) => /access|refresh/.test(cookie) && /max-age/i.test(cookie))).toEqual([]);
  });

  it('keeps the cookies beyond the browser only when asked to', async () => {
    const answer = await post(app.server, '/api/auth/login', { json: { ...MEMBER, remember: true } });
    const refresh = answer.headers.getSetCookie().find((cookie) => cookie.startsWith(REFRESH));
    const seconds = Number(/max-age=(\d+)/i.exec(refresh ?? '')?.[1]);
    expect(seconds).toBeGreaterThan(7 * 86_400 - 60);
    expect(seconds).toBeLessThanOrEqual(7 * 86_400);
  });

  it('gives one answer to a wrong password and to an unknown address', async () => {
    const wrong = await post(app.server, '/api/auth/login', {
      json: { ...ADMIN, password: 'not the password at all' },
    });
    const unknown = await post(app.server, '/api/auth/login', {
      json: { email: 'nobody@example.test', password: 'whatever it is' },
    });
    expect([wrong.status, await wrong.text()]).toEqual([unknown.status, await unknown.text()]);
    expect(wrong.status).toBe(401);
  });

  it('by a form leads to where somebody wanted to go, and never to another site', async () => {
    const go = async (next: string) =>
      (await post(app.server, '/api/auth/login', { form: { ...MEMBER, next } })).headers.get('location');
    expect(await go('/account/sessions?x=1')).toBe('/account/sessions?x=1');
    for (const hostile of [
      'https://evil.example/',
      '//evil.example',
      '/\\evil.example',
      'javascript:alert(1)',
      '/api/auth/session',
    ]) {
      expect(await go(hostile)).toBe('/dashboard');
    }
    const refused = await post(app.server, '/api/auth/login', {
      form: { email: 'x@example.test', password: 'no', next: '/account' },
    });
    expect([refused.status, refused.headers.get('location')]).toEqual([
      303,
      '/login?error=invalid_credentials&next=%2Faccount',
    ]);
  });
});

describe('the session list', () => {
  it('shows this session first, rounds when it was seen, and never how often it rotated', async () => {
    const jar = await signIn(app.server);
    await post(app.server, '/api/auth/refresh', { jar });
    const [first, ...others] = await list(jar);
    expect(first?.current).toBe(true);
    expect(others.every(({ current }) => !current)).toBe(true);
    expect(Object.keys(first ?? {})).not.toContain('counter');
    const seen = new Date(first?.lastSeenAt ?? '').getTime();
    expect(seen % 300_000 === 0 || first?.lastSeenAt === first?.createdAt).toBe(true);
  });
});

describe('an admin page', () => {
  it('is there for an admin and is no page for a member, by the database and not by the token', async () => {
    expect((await send(app.server, '/admin/users', { jar: await signIn(app.server, ADMIN) })).status).toBe(200);
    const member = await signIn(app.server);
    expect((await send(app.server, '/admin/users', { jar: member })).status).toBe(404);
  });
});
