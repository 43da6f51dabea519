import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { isProblemCode, PROBLEMS } from '@/lib/core/http/problem';
import { PROBLEM_MEANINGS } from '@/lib/core/http/problem-meanings';
import { accessOf } from '@/lib/core/http/route-policy';
import { db } from '@/lib/server/database/client';
import { sql } from '@/tests/support/database/sql';
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

/** The addresses of pages behind the door. */
const MEMBER_PATHS = readdirSync('app', { recursive: true, encoding: 'utf8' })
  .filter((file) => path.basename(file) === 'page.tsx' && !file.includes('['))
  .map(
    (file) =>
      `/${path
        .dirname(file)
        .split(path.sep)
        .filter((part) => !part.startsWith('('))
        .join('/')}`,
  )
  .filter((address) => ['member', 'admin'].includes(accessOf(address)))
  .sort();

describe('an answer', () => {
  it('with a body says what it is, and is that', async () => {
    const { cookies } = await prepareSession();
    const paths = [...GET_PATHS, ...MEMBER_PATHS, '/', '/login', '/register', '/nowhere', '/icon.svg', '/api/nothing'];
    for (const who of [{}, { cookies }]) {
      for (const name of paths) {
        const { status, headers, text } = await send(server, name, who);
        // The body of a redirect of the middleware is Next's own: the address once more, which nobody shows.
        if (text === '' || (status === 303 && text === headers.location)) continue;
        const type = headers['content-type'] ?? '';
        const about = `${status} ${name} ${type}`;
        if (type.includes('json')) expect(JSON.parse(text), about).toBeTypeOf('object');
        else if (type === 'application/statuslist+jwt') expect(text, about).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
        else if (type === 'image/svg+xml') expect(text, about).toMatch(/^<svg/);
        else expect([about, type, text.slice(0, 15)]).toEqual([about, 'text/html; charset=utf-8', '<!DOCTYPE html>']);
      }
    }
  });

  it('is the same whatever function it is asked to call', async () => {
    const { cookies } = await prepareSession();
    for (const name of [
      '/api/me',
      '/api/auth/session',
      '/api/auth/sessions',
      '/.well-known/jwks.json',
      '/api/health/live',
    ]) {
      const [plain, asked] = [
        await send(server, name, { cookies }),
        await send(server, `${name}?callback=steal&jsonp=steal&cb=steal`, { cookies }),
      ];
      expect([plain.status, asked.status]).toEqual([200, 200]);
      expect([asked.text, asked.headers['content-type']]).toEqual([plain.text, plain.headers['content-type']]);
      expect(asked.headers['content-type']).toContain('json');
    }
  });

  it('at an address that looks like a file is private or not there', async () => {
    const { cookies } = await prepareSession(await createPerson({ email: 'cached@people.test' }));
    const places = ['/dashboard', '/account', '/account/sessions', '/api/me', '/api/auth/session'];
    const endings = [
      '/x.css',
      '/x.js',
      '.css',
      ';x.css',
      '/.js',
      '%2fx.css',
      '%0ax.css',
      '%3fx.png',
      '/..%2fx.css',
      '/a/b.ico',
    ];
    let refused = 0;
    for (const name of places.flatMap((place) => endings.map((ending) => place + ending))) {
      const { status, headers, text } = await send(server, name, { cookies });
      if (status >= 400) refused += 1;
      expect([name, headers['cache-control'] ?? '']).toEqual([name, expect.stringContaining('no-store')]);
      if (status >= 400) expect(text, name).not.toContain('cached@people.test');
    }
    expect(refused).toBeGreaterThan(20);
  });

  it('says of a person these fields, and no others', async () => {
    const { cookies } = await prepareSession(await createPerson({ hasPassword: true }));
    const told = async (name: string): Promise<Record<string, unknown>> =>
      (await send(server, name, { cookies })).json() as Record<string, unknown>;
    const keys = (value: unknown) => Object.keys(value as object).sort();
    expect(keys((await told('/api/me'))['user'])).toEqual(['email', 'id', 'name', 'role']);
    expect(keys(await told('/api/auth/session'))).toEqual(['amr', 'authTime', 'expiresAt', 'role', 'sid', 'sub']);
    const { sessions } = (await told('/api/auth/sessions')) as { sessions: unknown[] };
    expect(keys(sessions[0])).toEqual(
      [
        'id',
        'current',
        'kind',
        'audience',
        'createdAt',
        'lastSeenAt',
        'expiresAt',
        'device',
        'name',
        'ip',
        'network',
        'boundTo',
        'authTime',
        'amr',
      ].sort(),
    );
    expect(keys(await told('/api/account/security'))).toEqual([
      'methods',
      'passkeys',
      'password',
      'recentUntil',
      'recoveryCodes',
      'totp',
    ]);
  });
});

describe('a page', () => {
  it('behind the door has the way out, each of them', async () => {
    const { cookies } = await prepareSession(await createPerson({ role: 'admin' }));
    expect(MEMBER_PATHS.length).toBeGreaterThan(8);
    for (const name of MEMBER_PATHS) {
      const { status, headers, text } = await send(server, name, { cookies });
      // One leads on to another of them.
      if (status === 307) expect(MEMBER_PATHS).toContain(headers.location);
      else expect([name, status, text.includes('action="/api/auth/logout"')]).toEqual([name, 200, true]);
    }
  });

  it('has scripts that are the same for everybody, and say nothing of who asks', async () => {
    const person = await createPerson({ email: 'in.no.script@people.test', name: 'Nobody In Scripts' });
    const { cookies, accessToken } = await prepareSession(person);
    const { text } = await send(server, '/dashboard', { cookies });
    const files = [...new Set(text.match(/\/_next\/static\/[\w./~-]+\.js/g))];
    expect(files.length).toBeGreaterThan(4);
    for (const file of files) {
      const [mine, anybodys] = [await send(server, file, { cookies }), await send(server, file)];
      expect([mine.status, mine.text === anybodys.text]).toEqual([200, true]);
      for (const secret of [person.email, person.id, 'Nobody In Scripts', accessToken])
        expect(mine.text).not.toContain(secret);
    }
  });
});

describe('what is no part of the site', () => {
  it('no file of sources, settings or the repository is served, and no folder is listed', async () => {
    const { text: page } = await send(server, '/login');
    const scripts = [...new Set(page.match(/\/_next\/static\/[\w./~-]+\.(?:js|css)/g))];
    const files = [
      ...['/.git/HEAD', '/.git/config', '/.gitignore', '/.env', '/.env.local', '/.env.example', '/.env.production'],
      ...['/package.json', '/package-lock.json', '/next.config.js', '/tsconfig.json', '/Dockerfile', '/README.md'],
      ...['/prisma/schema.prisma', '/prisma/seed.ts', '/middleware.ts', '/lib/server/index.ts', '/app/layout.tsx'],
      ...['/.next/BUILD_ID', '/.next/server/middleware-manifest.json', '/node_modules/next/package.json'],
      ...['/backup.sql', '/database.sqlite', '/index.php', '/index.html.bak', '/server.key', '/id_rsa', '/.DS_Store'],
      ...[
        '/..%2fpackage.json',
        '/%2e%2e/package.json',
        '/_next/static/..%2f..%2fserver/app/page.js',
        '/_next/..%2f.env',
      ],
      ...scripts.map((file) => `${file}.map`),
    ];
    const folders = ['/_next', '/_next/static', '/_next/static/chunks', '/.next', '/public', '/app', '/static'];
    expect(scripts.length).toBeGreaterThan(4);
    for (const name of [...files, ...folders]) {
      const { status, text } = await send(server, name);
      expect([name, status]).toEqual([name, 404]);
      expect(text, name).not.toMatch(/"dependencies"|ref: refs|DATABASE_URL|model User|sourcesContent|Index of/);
    }
    for (const name of folders) expect((await send(server, `${name}/`)).status, name).toBeGreaterThanOrEqual(300);
  });

  it('TRACE sends nothing back of what it was sent', async () => {
    for (const name of ['/', '/login', '/api/me', '/.well-known/jwks.json', '/_next/static/x']) {
      const answer = await send(server, name, { method: 'TRACE', headers: { 'x-sent': 'sent-and-not-returned' } });
      expect([name, answer.status >= 400]).toEqual([name, true]);
      expect(answer.text + JSON.stringify(answer.headers)).not.toContain('sent-and-not-returned');
    }
  });

  it('no answer names what it runs on, or a place in it, also where a table is gone', async () => {
    const { cookies } = await prepareSession(await createPerson({ role: 'admin', hasPassword: true }));
    const INSIDE =
      /node_modules|\/lib\/server|\.tsx?:\d+|\bat \S+ \(?\S+:\d+:\d+|Prisma|\bP\d{4}\b|postgres|PostgreSQL \d|SELECT |relation "|Next\.js \d|\b42P01\b|ECONN/;
    const ask = async () => [
      ...(await Promise.all(
        [...GET_PATHS, ...MEMBER_PATHS, '/', '/nowhere'].map((name) => send(server, name, { cookies })),
      )),
      await send(server, '/api/auth/login', { method: 'POST', json: { email: 'a@b.test', password: PASSWORD } }),
      await send(server, '/api/auth/register', {
        method: 'POST',
        json: { email: 'a@b.test', password: 'violet-otter-maps-the-harbour' },
      }),
      await send(server, '/api/auth/token', { method: 'POST', form: { email: 'a@b.test', password: PASSWORD } }),
    ];
    const well = await ask();
    await sql(databaseUrl, 'ALTER TABLE "AuditEvent" RENAME TO "Gone"; ALTER TABLE "RateLimit" RENAME TO "GoneToo"');
    const broken = await ask();
    await sql(databaseUrl, 'ALTER TABLE "Gone" RENAME TO "AuditEvent"; ALTER TABLE "GoneToo" RENAME TO "RateLimit"');
    expect(broken.filter(({ status }) => status >= 500).length).toBeGreaterThan(3);
    for (const { headers, text } of [...well, ...broken]) {
      expect([headers['server'], headers['x-powered-by'], headers['x-aspnet-version']]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
      expect(INSIDE.exec(text)?.[0] ?? null, text.slice(0, 300)).toBeNull();
    }
  });
});
