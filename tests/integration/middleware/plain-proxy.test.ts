import { afterAll, describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { useDatabase } from '@/tests/support/database/use-database';
import { filledIn, formOf } from '@/tests/support/http/action-forms';
import { problemOf } from '@/tests/support/http/problems';
import { SITE, send } from '@/tests/support/http/requests';
import { prepareSession } from '@/tests/support/people';
import { startHttpProxy } from '@/tests/support/server/proxies';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });
/** As nginx with `proxy_pass` and nothing else: `Host` is the name of the server behind, and no header tells the site's. */
const proxy = await startHttpProxy(server.port, { host: `127.0.0.1:${server.port}` });
afterAll(() => proxy.close());
const front = { port: proxy.port };

const nameForm = (cookies: Record<string, string>) => formOf(front, '/account', { cookies }, 'name="name"');

describe('behind a proxy that does not pass Host on', () => {
  it('a server action runs, because APP_ORIGIN says what the site is', async () => {
    const { cookies, person } = await prepareSession();
    const form = filledIn({ ...(await nameForm(cookies)), name: 'Ada Behind' });
    const saved = await send(front, '/account', { ...form, cookies });
    expect(saved.status, saved.text.slice(0, 300)).toBe(200);
    expect(await db().user.findUniqueOrThrow({ where: { id: person.id } })).toMatchObject({ name: 'Ada Behind' });
  });

  it('one that another site sends does not', async () => {
    const { cookies, person } = await prepareSession();
    const form = filledIn({ ...(await nameForm(cookies)), name: 'Mallory' });
    for (const origin of ['https://evil.example', `http://127.0.0.1:${server.port}`, `${SITE}.evil.example`]) {
      const refused = await send(front, '/account', { ...form, cookies, headers: { ...form.headers, origin } });
      expect(problemOf(refused)).toBe('403 origin_refused');
    }
    expect(await db().user.findUniqueOrThrow({ where: { id: person.id } })).not.toMatchObject({ name: 'Mallory' });
  });
});
