import { beforeAll, describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { listUsers, USERS_PAGE_SIZE } from '@/lib/server/users/user-list';
import { sql } from '@/tests/support/database/sql';
import { useDatabase } from '@/tests/support/database/use-database';
import { send } from '@/tests/support/http/requests';
import { createPerson, prepareSession } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });
const { cookies } = await prepareSession(await createPerson({ role: 'admin', email: 'admin@people.test' }));

const PEOPLE = 70;
const NOBODY = 'AAAAAAAAAAAAAAAAAAAAAA';
/** Everybody, in the order of the list. */
let everybody: readonly string[] = [];

beforeAll(async () => {
  // Seven of one moment each: a page may end among them.
  await sql(
    databaseUrl,
    `INSERT INTO "User" (id, email, "createdAt")
     SELECT substr(md5(n::text), 1, 22), 'listed-' || n || '@people.test', date_trunc('day', now()) - (n / 7) * interval '1 hour'
     FROM generate_series(1, ${PEOPLE - 1}) n`,
  );
  const rows = await db().user.findMany({ orderBy: [{ createdAt: 'desc' }, { id: 'asc' }] });
  everybody = rows.map(({ email }) => email);
});

const emails = ({ users }: { users: readonly { email: string }[] }) => users.map(({ email }) => email);

describe('the list of users', () => {
  it('has everybody once, page by page, in both directions', async () => {
    const first = await listUsers();
    const second = await listUsers({ after: first.next ?? '' });
    const third = await listUsers({ after: second.next ?? '' });
    expect([first, second, third].flatMap(emails)).toEqual(everybody);
    expect([first.previous, third.next]).toEqual([null, null]);
    expect(await listUsers({ before: third.previous ?? '' })).toEqual(second);
    expect(await listUsers({ before: second.previous ?? '' })).toEqual(first);
  });

  it('goes back to a full first page, also when somebody came meanwhile', async () => {
    const first = await listUsers();
    const { previous } = await listUsers({ after: first.next ?? '' });
    const newcomer = await createPerson();
    const back = await listUsers({ before: previous ?? '' });
    expect(emails(back)).toEqual(emails(first));
    const before = await listUsers({ before: back.previous ?? '' });
    expect(emails(before)).toEqual([newcomer.email, ...emails(first).slice(0, -1)]);
    await db().user.delete({ where: { id: newcomer.id } });
    expect(emails(await listUsers({ before: previous ?? '' }))).toEqual(emails(first));
  });

  it('stays where it was when the person is gone at whose place it begins', async () => {
    const between = `${(await listUsers()).users[4]?.createdAt ?? ''}`;
    const place = `${Date.parse(between)}.${NOBODY}`;
    const after = emails(await listUsers({ after: place }));
    expect(everybody.join()).toContain(after.join());
    expect(after).toHaveLength(USERS_PAGE_SIZE);
  });

  it('shows the first page for a text that is no place', async () => {
    const first = emails(await listUsers());
    for (const text of [
      '',
      '2',
      '-1',
      '1.2',
      `x.${NOBODY}`,
      `1.${NOBODY}A`,
      `999999999999999.${NOBODY}`,
      `1.\u0000${NOBODY}`,
    ]) {
      expect(emails(await listUsers({ after: text })), text).toEqual(first);
      expect(emails(await listUsers({ before: text })), text).toEqual(first);
    }
  });

  it('is empty behind its last user, and full before', async () => {
    expect(await listUsers({ after: `0.${NOBODY}` })).toEqual({ users: [], previous: null, next: null });
    expect(emails(await listUsers({ before: `0.${NOBODY}` }))).toEqual(everybody.slice(-USERS_PAGE_SIZE));
    expect(emails(await listUsers({ before: `99999999999999.${NOBODY}` }))).toEqual(
      everybody.slice(0, USERS_PAGE_SIZE),
    );
    expect(await listUsers({ after: `99999999999999.${NOBODY}` })).toMatchObject({ previous: expect.any(String) });
  });

  it('counts the live sessions of those shown', async () => {
    const [, person] = (await listUsers()).users;
    const live = await prepareSession({ id: person?.id ?? '', email: '' });
    const ended = await prepareSession({ id: person?.id ?? '', email: '' });
    await db().session.update({ where: { id: ended.id }, data: { endedAt: new Date() } });
    expect((await listUsers()).users.map(({ liveSessions }) => liveSessions).slice(0, 3)).toEqual([1, 1, 0]);
    await db().session.delete({ where: { id: live.id } });
  });
});

describe('/admin/users', () => {
  const open = async (place: string) => (await send(server, place, { cookies })).text;
  const linkOf = (html: string, name: string) =>
    new RegExp(`href="(/admin/users[^"]*)"[^>]*>${name}<`).exec(html)?.[1]?.replaceAll('&amp;', '&');
  const shown = (html: string) =>
    [...html.matchAll(/<bdi[^>]*>([^<]+@people\.test)<\/bdi>/g)].map(([, email]) => email);
  const status = (html: string) => /role="status"[^>]*>([^<]*)</.exec(html)?.[1];

  it('is walked by its links, which need no scripts', async () => {
    const first = await open('/admin/users');
    const second = await open(linkOf(first, 'Next page') ?? '');
    const third = await open(linkOf(second, 'Next page') ?? '');
    expect([first, second, third].flatMap(shown)).toEqual(everybody);
    expect([first, second, third].map(status)).toEqual([
      'The newest 25',
      '25 more, newest first',
      '20 more, newest first',
    ]);
    expect([linkOf(first, 'Previous page'), linkOf(third, 'Next page')]).toEqual([undefined, undefined]);
    expect(shown(await open(linkOf(third, 'Previous page') ?? ''))).toEqual(shown(second));
  });

  it('says where it ends, and leads back', async () => {
    const behind = await open(`/admin/users?after=0.${NOBODY}`);
    expect(status(behind)).toBe('The list ends before this page: nobody joined earlier.');
    expect(linkOf(behind, 'Go to the first page')).toBe('/admin/users');
    expect(behind).not.toMatch(/<table|aria-label="Pages"/);
  });

  it('shows the first page for a place that it does not know, as an old link has', async () => {
    for (const query of ['page=999', 'after=x', 'after=a&after=b']) {
      expect(shown(await open(`/admin/users?${query}`)), query).toEqual(everybody.slice(0, USERS_PAGE_SIZE));
    }
  });
});
