import { describe, expect, it } from 'vitest';
import { recordAudit } from '@/lib/server/audit/audit-log';
import { db } from '@/lib/server/database/client';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';
import { problemOf } from '@/tests/support/http/problems';
import { bearer, signInProgram } from '@/tests/support/http/programs';
import { send } from '@/tests/support/http/requests';
import { createPerson, type Person, prepareSession } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });
const PATH = '/api/account/activity';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

type Activity = { events: { id: string; type: string; at: string }[]; next: string | null };

/** A person with so many changes of name, besides the sign-in. */
async function busyPerson(events: number): Promise<Person> {
  const person = await createPerson();
  for (let n = 0; n < events; n += 1) {
    const facts = { ip: '203.0.113.7', userAgent: FIREFOX };
    await recordAudit({ type: 'name_changed', userId: person.id, ...facts, details: { count: n + 1 } });
  }
  return person;
}

describe('the activity of a person', () => {
  it('is theirs alone, newest first, in pages of which none repeats or leaves out an event', async () => {
    const person = await busyPerson(6);
    await busyPerson(3);
    const { cookies } = await prepareSession(person);
    await recordAudit({ type: 'name_changed', userId: person.id });
    const pages: Activity[] = [];
    for (let query = '?limit=3'; query !== ''; ) {
      const answer = await send(server, `${PATH}${query}`, { cookies });
      expect(answer.status, answer.text).toBe(200);
      const page = answer.json() as Activity;
      pages.push(page);
      // What happens meanwhile stands before it all, and moves nothing.
      await recordAudit({ type: 'name_changed', userId: person.id });
      query = page.next === null ? '' : `?limit=3&cursor=${page.next}`;
    }
    expect(pages.map(({ events }) => events.length)).toEqual([3, 3, 2]);
    const ids = pages.flatMap(({ events }) => events.map(({ id }) => BigInt(id)));
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => (a < b ? 1 : -1)));
    expect(pages.flatMap(({ events }) => events.map(({ type }) => type))).toEqual([
      'name_changed',
      'signed_in',
      ...Array(6).fill('name_changed'),
    ]);
  });

  it('says of each event what, when, by which device, from where and by whom', async () => {
    const person = await busyPerson(1);
    const { cookies } = await prepareSession(person);
    await db().auditEvent.create({ data: { type: 'role_changed', userId: person.id, actorId: 'an admin' } });
    const { events, next } = (await send(server, PATH, { cookies })).json() as Activity;
    expect(next).toBeNull();
    const told = { id: expect.stringMatching(/^\d+$/), at: expect.stringMatching(/^\d{4}-.*Z$/), user: person.id };
    expect(events).toEqual([
      { ...told, type: 'role_changed', actor: 'an admin', device: null, ip: null, details: {} },
      { ...told, type: 'signed_in', actor: null, device: null, ip: null, details: {} },
      {
        ...told,
        type: 'name_changed',
        actor: null,
        device: 'Firefox on Linux',
        ip: '203.0.113.7',
        details: { count: 1 },
      },
    ]);
  });

  it('costs one statement, and is told to a program too', async () => {
    const person = await busyPerson(2);
    const { cookies } = await prepareSession(person);
    const { result, statements } = await countStatements(databaseUrl, () => send(server, PATH, { cookies }));
    expect(result.status).toBe(200);
    const own = statements.filter(({ sql }) => sql.includes('"AuditEvent"'));
    expect(own.map(({ calls }) => calls)).toEqual([1]);
    const { tokens } = await signInProgram(server);
    const asked = await send(server, PATH, bearer(tokens.access_token));
    expect((asked.json() as Activity).events.map(({ type }) => type)).toContain('signed_in');
    expect(problemOf(await send(server, PATH))).toBe('401 unauthenticated');
  });

  it.each([
    'cursor=',
    'cursor=0',
    'cursor=x',
    'cursor=9223372036854775808',
    'limit=0',
    'limit=101',
    'limit=',
    'limit=1e1',
  ])('is refused for %s', async (query) => {
    const { cookies } = await prepareSession();
    const answer = await send(server, `${PATH}?${query}`, { cookies });
    expect(problemOf(answer)).toBe('422 validation_failed');
    expect(answer.json()).toMatchObject({ errors: [{ field: query.split('=')[0], code: 'invalid' }] });
  });

  it('leaves the events of keys out, also where somebody is named in one', async () => {
    const { person, cookies } = await prepareSession();
    await recordAudit({ type: 'key_revoked', userId: person.id });
    const { events } = (await send(server, PATH, { cookies })).json() as Activity;
    expect(events.map(({ type }) => type)).toEqual(['signed_in']);
  });
});
