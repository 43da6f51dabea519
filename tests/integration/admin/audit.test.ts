import { describe, expect, it } from 'vitest';
import { recordAudit } from '@/lib/server/audit/audit-log';
import { db } from '@/lib/server/database/client';
import { sql } from '@/tests/support/database/sql';
import { budgeted } from '@/tests/support/database/statements';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';
import { ageProof } from '@/tests/support/http/account';
import { problemOf } from '@/tests/support/http/problems';
import { type RequestOptions, send } from '@/tests/support/http/requests';
import { createPerson, prepareSession } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });
const EVENTS = 2_500;
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
/** When they begin, and a moment after the last. */
const [DAY, AFTERWARDS] = [daysAgo(30), daysAgo(20)];
const ada = await createPerson();
// Before all others, as their times say: ids follow the time.
await sql(
  databaseUrl,
  `INSERT INTO "AuditEvent" (type, at) VALUES ('keys_rewrapped', now() - interval '181 days'), ('keys_rewrapped', now() - interval '179 days')`,
);
await sql(
  databaseUrl,
  `INSERT INTO "AuditEvent" (type, "userId", at) SELECT 'device_changed', $1, '${DAY}Z'::timestamptz + n * interval '1 minute'
   FROM generate_series(1, ${EVENTS}) n`,
  [ada.id],
);
const admin = await createPerson({ role: 'admin', hasPassword: true });
const { cookies } = await prepareSession(admin);

const NOBODY = 'AAAAAAAAAAAAAAAAAAAAAA';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

type Page = { events: { id: string; type: string; user: string | null; at: string }[]; next: string | null };
const ask = (query: string) => send(server, `/api/admin/audit?${query}`, { cookies });
const page = async (query: string): Promise<Page> => {
  const answer = await ask(query);
  expect(answer.status, answer.text).toBe(200);
  return answer.json() as Page;
};
const take = (options: RequestOptions = { json: {} }) =>
  send(server, '/api/admin/audit/export', { method: 'POST', cookies, ...options });
const linesOf = (text: string) =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Page['events'][number]);

await recordAudit({
  type: 'role_changed',
  userId: ada.id,
  actorId: admin.id,
  ip: '192.0.2.7',
  userAgent: FIREFOX,
  details: { from: 'member', to: 'admin' },
});

describe('the audit log', () => {
  it('tells an event with whom it is about, who did it, and by what', async () => {
    const { result, statements } = await countStatements(databaseUrl, () => ask('type=role_changed'));
    expect(budgeted(statements)).toBeLessThanOrEqual(2);
    expect(result.json()).toEqual({
      events: [
        {
          id: expect.stringMatching(/^\d+$/),
          at: expect.stringMatching(/^\d{4}-.*Z$/),
          type: 'role_changed',
          user: ada.id,
          actor: admin.id,
          device: 'Firefox on Linux',
          ip: '192.0.2.7',
          details: { from: 'member', to: 'admin' },
        },
      ],
      next: null,
    });
  });

  it('has each event once, page by page, newest first', async () => {
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const at: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { events, next } = await page(`user=${ada.id}&limit=100${at}`);
      seen.push(...events.map(({ id }) => id));
      cursor = next;
    }
    expect(seen).toHaveLength(EVENTS + 1);
    expect(seen.map(Number)).toEqual([...new Set(seen.map(Number))].sort((a, b) => b - a));
    expect((await page('')).events).toHaveLength(50);
  });

  it('is filtered by what, whom, who and when, together', async () => {
    const during = `from=${DAY}T00:10:00Z&to=${DAY}T00:13:00Z`;
    const times = (await page(during)).events.map(({ at }) => at);
    expect(times).toEqual(['00:12', '00:11', '00:10'].map((time) => `${DAY}T${time}:00.000Z`));
    expect((await page(`${during}&type=role_changed`)).events).toEqual([]);
    expect((await page(`${during}&user=${admin.id}`)).events).toEqual([]);
    expect((await page(`${during}&user=${ada.id}&type=device_changed`)).events).toHaveLength(3);
    expect((await page(`actor=${admin.id}`)).events).toMatchObject([{ type: 'role_changed' }]);
    expect((await page(`actor=${ada.id}`)).events).toEqual([]);
    expect((await page(`user=${NOBODY}`)).events).toEqual([]);
    expect((await page('to=2020-01-01T00:00:00Z')).events).toEqual([]);
    expect((await page('from=2037-01-01T00:00:00Z')).events).toEqual([]);
    // Of a form whose fields were left as they were.
    expect((await page(`type=&user=${ada.id}&from=&to=${DAY}T00:02&actor=`)).events).toHaveLength(1);
  });

  it('has no event that is older than events are kept, also before it is cleaned', async () => {
    expect((await page('type=keys_rewrapped')).events).toHaveLength(1);
    expect(await db().auditEvent.count({ where: { type: 'keys_rewrapped' } })).toBe(2);
  });

  it('finds an event whose transaction was longer than that of one with a later time', async () => {
    await sql(
      databaseUrl,
      `INSERT INTO "AuditEvent" (type, at) VALUES ('key_promoted', '2035-06-01T12:00:01Z'), ('key_promoted', '2035-06-01T12:00:00Z')`,
    );
    const between = 'from=2035-06-01T12:00:00Z&to=2035-06-01T12:00:02Z';
    expect((await page(between)).events.map(({ at }) => at.slice(17, 19))).toEqual(['00', '01']);
    expect((await page('type=key_promoted&from=2035-06-01T12:00:01Z')).events).toHaveLength(1);
    expect((await page('type=key_promoted&to=2035-06-01T12:00:01Z')).events).toHaveLength(1);
  });

  it.each([
    ...['type=nothing', 'type=__proto__', 'user=x', 'actor=%00', 'from=yesterday', 'to=2026-13-01T00:00:00Z'],
    ...['cursor=x', 'cursor=-1', 'cursor=9999999999999999999', 'limit=0', 'limit=101', 'type=signed_in&type=signed_up'],
  ])('is not given for ?%s', async (query) => {
    expect(problemOf(await ask(query))).toBe('422 validation_failed');
  });
});

describe('a copy of the audit log', () => {
  it('has every event of the filter as a line, and is an event itself', async () => {
    const json = { user: ada.id, to: `${AFTERWARDS}T00:00:00Z` };
    const { result, statements } = await countStatements(databaseUrl, () => take({ json }));
    expect(result.status).toBe(200);
    expect(result.headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      'content-disposition': 'attachment; filename="audit.ndjson"',
    });
    expect(result.headers['cache-control']).toContain('no-store');
    const lines = linesOf(result.text);
    expect(lines).toHaveLength(EVENTS);
    expect(new Set(lines.map(({ id }) => id)).size).toBe(EVENTS);
    expect(lines[0]).toEqual((await page(`user=${ada.id}&to=${AFTERWARDS}T00:00:00Z&limit=1`)).events[0]);
    // The guard, the event of the export, and one for each thousand and the rest.
    expect(budgeted(statements)).toBeLessThanOrEqual(2 + 3);
    const [event] = await db().auditEvent.findMany({ where: { type: 'audit_exported' } });
    expect(event).toMatchObject({
      userId: admin.id,
      actorId: admin.id,
      details: { user: ada.id, to: `${AFTERWARDS}T00:00:00.000Z` },
    });
  });

  it('is the same for a form, which is led to confirm who it is where the proof is old', async () => {
    const form = { type: '', user: ada.id, from: `${DAY}T00:10`, to: `${DAY}T00:13` };
    const given = await take({ form });
    expect([given.status, linesOf(given.text)]).toEqual([200, expect.any(Array)]);
    expect(linesOf(given.text)).toHaveLength(3);
    const refused = await take({ form: { ...form, type: 'nothing' } });
    expect([refused.status, refused.headers.location]).toEqual([
      303,
      '/admin/audit?error=validation_failed&fields=type%3Ainvalid',
    ]);
    const old = await prepareSession(admin);
    await ageProof(old.id);
    const led = await take({ form, cookies: old.cookies });
    // And comes back to the same part of the log.
    const next = new URLSearchParams({
      user: ada.id,
      from: `${DAY}T00:10:00.000Z`,
      to: `${DAY}T00:13:00.000Z`,
    });
    expect([led.status, led.headers.location]).toEqual([
      303,
      `/step-up?next=${encodeURIComponent(`/admin/audit?${next}`)}`,
    ]);
  });

  it('is empty where nothing happened', async () => {
    const answer = await take({ json: { user: NOBODY } });
    expect([answer.status, answer.text]).toEqual([200, '']);
  });
});
