import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { isProblemCode, PROBLEMS } from '@/lib/core/http/problem';
import { PROBLEM_MEANINGS } from '@/lib/core/http/problem-meanings';
import { db } from '@/lib/server/database/client';
import { useDatabase } from '@/tests/support/database/use-database';
import { problemOf } from '@/tests/support/http/problems';
import { SITE, send } from '@/tests/support/http/requests';
import { COOKIE, createPerson, PASSWORD, prepareSession } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

// What holds for every route, found by walking the tree: a new one is in it without a word here.

const CRON_SECRET = 'a-secret-that-only-the-scheduler-knows';
/** The GETs that do something, which is what a scheduler calls them for. */
const DO_SOMETHING = ['/api/cron/clean', '/api/cron/mail'];

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl, env: { CRON_SECRET } });

/** The paths that answer GET, with something in place of their dynamic segments. */
const GET_PATHS = readdirSync('app', { recursive: true, encoding: 'utf8' })
  .filter((file) => path.basename(file) === 'route.ts')
  .flatMap((file) => [...readFileSync(path.join('app', file), 'utf8').matchAll(/Route\(\s*'GET (\/[^']+)'/g)])
  .map(([, name = '']) => name.replace('[list]', '0').replace('[[...path]]', 'nothing'))
  .sort();

/** Every row of every table, as text. */
async function everything(): Promise<string> {
  const [{ tables } = { tables: [] }] = await db().$queryRaw<{ tables: string[] }[]>`
    SELECT array_agg(table_name::text ORDER BY table_name) AS tables FROM information_schema.tables
    WHERE table_schema = 'public'`;
  const contents = [];
  for (const table of tables) {
    contents.push(await db().$queryRawUnsafe(`SELECT '${table}' AS "in", t::text AS row FROM "${table}" t ORDER BY 2`));
  }
  return JSON.stringify(contents);
}

describe('HEAD', () => {
  it('does nothing that GET would do: no row of any table changes, and what does something refuses it', async () => {
    const { cookies } = await prepareSession();
    // What cleaning would delete.
    await db()
      .$executeRaw`INSERT INTO "Ceremony" (id, purpose, "expiresAt") VALUES ('over', 'sign-up', now() - interval '1 day')`;
    const before = await everything();
    const refused: string[] = [];
    for (const name of GET_PATHS) {
      const isCron = name.startsWith('/api/cron/');
      const who = isCron ? { headers: { authorization: `Bearer ${CRON_SECRET}` } } : { cookies };
      const answer = await send(server, name, { method: 'HEAD', ...who });
      expect(answer.text, name).toBe('');
      if (answer.status === 405) {
        refused.push(name);
        expect(answer.headers['allow']).toBe('GET, OPTIONS');
      } else {
        expect([name, answer.status]).toEqual([name, (await send(server, name, who)).status]);
      }
    }
    expect(GET_PATHS.length).toBeGreaterThan(10);
    expect(refused).toEqual(DO_SOMETHING);
    expect(await everything()).toBe(before);
    expect(before).toContain('over');
  });
});

describe('the tokens of a browser (RFC 10017 §8)', () => {
  it('are in cookies that no script can read, and in the body of no page and no answer', async () => {
    const person = await createPerson({ hasPassword: true });
    const json = { email: person.email, password: PASSWORD, remember: true };
    const login = await send(server, '/api/auth/login', { method: 'POST', json });
    const { cookies } = login;
    const refreshed = await send(server, '/api/auth/refresh', { method: 'POST', cookies });
    const paths = ['/', '/login', '/dashboard', '/account', '/account/sessions', '/api/me', ...GET_PATHS];
    const answers = [login, refreshed, ...(await Promise.all(paths.map((name) => send(server, name, { cookies }))))];
    for (const line of answers.flatMap(({ setCookieLines }) => setCookieLines)) expect(line).toMatch(/; HttpOnly/i);
    // The invitation to add a passkey is none: it says whom it is for, by an id that pages may say.
    const tokens = [login, refreshed]
      .flatMap((answer) => Object.entries(answer.cookies))
      .flatMap(([name, text]) => (name === COOKIE.invitation || text === '' ? [] : [text]));
    expect(tokens.length).toBeGreaterThan(3);
    // The signature alone would do to tell one.
    const secrets = tokens.map((text) => text.split('.').at(-1) ?? text);
    for (const { text } of answers) expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  });
});

describe('the type of a problem (RFC 9457 §3.1.1)', () => {
  it.each(Object.keys(PROBLEMS).filter(isProblemCode))('%s opens a page that says what it means', async (code) => {
    const page = await send(server, `/problems/${code}`);
    const [status, title] = PROBLEMS[code];
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    for (const text of [`<code>${code}</code>`, `<code>${status}</code>`, title, PROBLEM_MEANINGS[code]]) {
      expect(page.text).toContain(text);
    }
  });

  it('is the same address from the edge, from a handler and for a method that a path lacks', async () => {
    const answers = [
      [await send(server, '/api/me'), '401 unauthenticated'],
      [await send(server, '/api/auth/session'), '401 unauthenticated'],
      [await send(server, '/api/nothing/here'), '401 unauthenticated'],
      [await send(server, '/api/auth/nothing'), '404 not_found'],
      [await send(server, '/%ff'), '404 not_found'],
      [await send(server, '/api/auth/login'), '405 method_not_allowed'],
      [
        await send(server, '/login', { method: 'POST', headers: { origin: 'https://evil.example' } }),
        '403 origin_refused',
      ],
      [await send(server, '/api/auth/login', { method: 'POST', json: {} }), '422 validation_failed'],
    ] as const;
    for (const [answer, expected] of answers) {
      expect(problemOf(answer)).toBe(expected);
      expect(answer.json()).toMatchObject({ type: `${SITE}/problems/${expected.split(' ')[1]}` });
    }
  });

  it.each(['nonsense', 'constructor', 'validation_failed/more'])('there is no page of "%s"', async (code) => {
    expect((await send(server, `/problems/${code}`)).status).toBe(404);
  });
});
