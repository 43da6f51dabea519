import { describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { useDatabase } from '@/tests/support/database/use-database';
import { problemOf } from '@/tests/support/http/problems';
import { send } from '@/tests/support/http/requests';
import { createPerson, prepareSession } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });

const NAMES = [
  '<script>alert(1)</script>',
  '</script><script>alert(1)//',
  '"><img src=x onerror=alert(1)>',
  "' onfocus='alert(1)' x='",
  '{{7*7}}#{7*7}<%= 7*7 %>&lt;b&gt;',
  '<!--<script>',
  ']]><svg/onload=alert(1)>',
];

const admin = await prepareSession(await createPerson({ role: 'admin' }));

/** Somebody of that name, and every page that shows it: their own, and those of admins. */
async function pagesOf(name: string) {
  const person = await createPerson({ name });
  const { id, cookies } = await prepareSession(person);
  const renamed = await send(server, `/api/auth/sessions/${id}`, { method: 'PATCH', cookies, json: { name } });
  expect(renamed.status, renamed.text).toBe(200);
  const own = ['/', '/dashboard', '/account', '/account/sessions', '/account/activity'];
  const ofAdmins = [`/admin/users?search=${encodeURIComponent(person.email)}`, `/admin/users/${person.id}`];
  const pages = await Promise.all([
    ...own.map((path) => send(server, path, { cookies })),
    ...ofAdmins.map((path) => send(server, path, { cookies: admin.cookies })),
  ]);
  expect(pages.map(({ status }) => status)).toEqual(pages.map(() => 200));
  return { person, pages: pages.map(({ text }) => text) };
}

const escaped = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#x27;');

describe.each(NAMES)('a name that is markup or code: %j', (name) => {
  it('is kept as it was typed, and is text on every page of its owner and of admins', async () => {
    const { person, pages } = await pagesOf(name);
    expect(await db().user.findUniqueOrThrow({ where: { id: person.id } })).toMatchObject({ name });
    const shown = pages.filter((html) => html.includes(escaped(name)));
    expect(shown.length).toBeGreaterThan(3);
    for (const html of pages) {
      // In scripts it is a part of a text of JSON, without a `<`: the next test looks at those.
      const outside = html.replace(/<script\b[\s\S]*?<\/script>/g, '').replaceAll(escaped(name), '');
      expect(outside).not.toContain(name);
      expect(outside).not.toMatch(/onfocus='alert/);
      expect(html).not.toMatch(/<img src=x|<svg\/onload|<script>alert/);
    }
  });

  it('ends no script in which the page carries it', async () => {
    const { pages } = await pagesOf(name);
    for (const html of pages) {
      const tags = html.match(/<script\b[^>]*>/g) ?? [];
      expect(tags.length).toBeGreaterThan(3);
      expect(tags.filter((tag) => !/ nonce="[\w+/=]{20,}"/.test(tag))).toEqual([]);
      expect(html.match(/<\/script>/g)).toHaveLength(tags.length);
    }
  });
});

describe('an address', () => {
  it.each(['a@b.test\r\nBcc: c@d.test', 'a@b.test\nSubject: x', 'a@b.test, c@d.test', 'a@b.test>\r\n<c@d.test'])(
    'with lines in it is no address, and causes no mail: %j',
    async (email) => {
      for (const path of ['/api/auth/register', '/api/auth/forgot-password']) {
        const json = { email, password: 'violet-otter-maps-the-harbour' };
        expect(problemOf(await send(server, path, { method: 'POST', json }))).toBe('422 validation_failed');
      }
      expect(await db().outbox.count()).toBe(0);
    },
  );
});

it('every field for a password names its kind to password managers, and forbids no pasting', async () => {
  const { cookies } = await prepareSession(await createPerson({ hasPassword: true }));
  const pages = [
    await send(server, '/login'),
    await send(server, '/register'),
    await send(server, `/reset-password?token=${'A'.repeat(43)}`),
    await send(server, '/account/security', { cookies }),
    await send(server, '/step-up', { cookies }),
  ];
  const fields = pages.flatMap(({ text }) => text.match(/<input\b[^>]*type="password"[^>]*>/g) ?? []);
  expect(fields.length).toBeGreaterThan(3);
  expect(fields.filter((field) => !/autocomplete="(?:current|new)-password"/i.test(field))).toEqual([]);
  expect(fields.filter((field) => /maxlength|onpaste|readonly|autocomplete="off"/i.test(field))).toEqual([]);
});
