import { afterAll, describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { useDatabase } from '@/tests/support/database/use-database';
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

const BOUNDARY = 'a-boundary-of-our-own';

/** The form of a page that holds a field of that name, filled in as a browser without scripts sends it. */
async function formOf(path: string, cookies: Record<string, string>, name: string, value: string): Promise<string> {
  const { text } = await send(front, path, { cookies });
  const form = [...text.matchAll(/<form[\s\S]*?<\/form>/g)]
    .map(([html]) => html)
    .find((html) => html.includes(`name="${name}"`));
  const hidden = [...(form ?? '').matchAll(/<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?/g)];
  const fields = [
    ...hidden.map(([, field = '', content = '']) => [field, content.replaceAll('&quot;', '"')]),
    [name, value],
  ];
  const parts = fields.map(
    ([field, content]) => `Content-Disposition: form-data; name="${field}"\r\n\r\n${content}\r\n`,
  );
  return `${parts.map((part) => `--${BOUNDARY}\r\n${part}`).join('')}--${BOUNDARY}--\r\n`;
}

describe('behind a proxy that does not pass Host on', () => {
  it('a server action runs, because APP_ORIGIN says what the site is', async () => {
    const { cookies, person } = await prepareSession();
    const body = await formOf('/account', cookies, 'name', 'Ada Behind');
    expect(body).toContain('$ACTION');
    const headers = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };
    const saved = await send(front, '/account', { method: 'POST', cookies, body, headers });
    expect(saved.status, saved.text.slice(0, 300)).toBe(200);
    expect(await db().user.findUniqueOrThrow({ where: { id: person.id } })).toMatchObject({ name: 'Ada Behind' });
  });

  it('one that another site sends does not', async () => {
    const { cookies, person } = await prepareSession();
    const body = await formOf('/account', cookies, 'name', 'Mallory');
    for (const origin of ['https://evil.example', `http://127.0.0.1:${server.port}`, `${SITE}.evil.example`]) {
      const headers = { origin, 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };
      const refused = await send(front, '/account', { method: 'POST', cookies, body, headers });
      expect(problemOf(refused)).toBe('403 origin_refused');
    }
    expect(await db().user.findUniqueOrThrow({ where: { id: person.id } })).not.toMatchObject({ name: 'Mallory' });
  });
});
