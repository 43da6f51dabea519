import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { db } from '@/lib/server/database/client';
import { everyRow } from '@/tests/support/database/every-row';
import { sql } from '@/tests/support/database/sql';
import { useDatabase } from '@/tests/support/database/use-database';
import { type Answer, send, watchAnswers } from '@/tests/support/http/requests';
import { COOKIE, prepareSession } from '@/tests/support/people';
import { proved } from '@/tests/support/proof';
import { startDatabaseProxy } from '@/tests/support/server/proxies';
import { recordOutput, useServer } from '@/tests/support/server/use-server';
import { startCollector } from '@/tests/support/telemetry/collector';
import { canaries, change, EMAIL, learn, misuse, PASSWORD, protect, signUp } from './canary-flow';

const { url } = await useDatabase();
const database = await startDatabaseProxy(url);
const collector = await startCollector();
afterAll(() => Promise.all([database.close(), collector.stop()]));
const telemetry = {
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  OTEL_TRACES_SAMPLER: 'always_on',
  OTEL_BSP_SCHEDULE_DELAY: '100',
  OTEL_METRIC_EXPORT_INTERVAL: '300',
};
const server = await useServer({ databaseUrl: database.databaseUrl, env: telemetry });
const output = recordOutput(server);
const { secrets, personal, shownOnce } = canaries;
/** What the server was started with, and its keys. */
secrets.add(new URL(url).password);

/** The mailbox of a developer stands for the mailbox of the person. */
const answers: { path: string; answer: Answer }[] = [];
const stopWatching = watchAnswers((path, answer) => {
  if (!path.includes('/dev/mail')) answers.push({ path, answer });
});
afterAll(stopWatching);

/** A code of six digits is looked for as a number: it stands inside of many a longer one. */
const isIn = (text: string) => (secret: string) =>
  /^\d+$/.test(secret) ? new RegExp(`(?<!\\d)${secret}(?!\\d)`).test(text) : text.includes(secret);
const foundIn = (text: string, wanted: Iterable<string>): string[] =>
  [...wanted].filter((secret) => isIn(text)(secret) || isIn(text)(encodeURIComponent(secret)));
/** A token, whoever's, or a part of one that is worth something. */
const ANY_TOKEN = /eyJ[\w-]{10,}\.[\w-]{10,}/;

function count(where: string, places: number): void {
  proved({ what: `${where}, looked through for ${secrets.size} secrets`, tried: places, held: places });
}

let kept: string[];
beforeAll(async () => {
  const jar = await change(server, await signUp(server));
  await misuse(server, jar);
  const refreshed = await send(server, '/api/auth/refresh', { method: 'POST', cookies: jar });
  learn(refreshed.cookies);
  const cookies = await protect(server, { ...jar, ...refreshed.cookies });
  await misuse(server, cookies);
  kept = await everyRow(url);
  database.cut();
  await misuse(server, cookies);
  await send(server, '/api/auth/refresh', { method: 'POST', cookies });
  const query = new URLSearchParams({ email: EMAIL, password: PASSWORD });
  const json = { email: EMAIL, password: PASSWORD };
  const away = await send(server, `/api/auth/login?${query}`, { method: 'POST', json });
  expect(away.status).toBe(503);
  await send(server, '/api/auth/logout', { method: 'POST', cookies });
  await send(server, '/dashboard', { cookies });
  await send(server, '/dashboard', { cookies: { [COOKIE.refresh]: cookies[COOKIE.refresh] ?? '' } });
  database.restore();
  // A mail that cannot be queued, and a row that cannot be read: errors that quote what they failed on.
  await sql(
    url,
    `CREATE FUNCTION quote_mail() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'the mail to % is refused', NEW."to"; END $$;
     CREATE TRIGGER quote_mail BEFORE INSERT ON "Outbox" FOR EACH ROW EXECUTE FUNCTION quote_mail()`,
  );
  const other = { email: 'second.canary@canaries.test', password: PASSWORD };
  personal.add(other.email);
  await vi.waitFor(
    async () => expect((await send(server, '/api/auth/register', { method: 'POST', json: other })).status).toBe(500),
    { timeout: 20_000 },
  );
  await db().$executeRaw`ALTER TABLE "User" ADD CONSTRAINT no_user CHECK (id = '') NOT VALID`;
  const session = await prepareSession().catch(() => null);
  expect(session).toBeNull();
});

// Promise: Logs hold no password, token, cookie or code
describe('no password, token, cookie, code, link or key that was ever sent', () => {
  it('is in anything that the server prints, and neither is an address or a name', () => {
    const printed = output();
    // It did print: what follows proves something.
    expect(printed).toContain('"event":"request.failed"');
    expect(printed).toContain('"event":"token.invalid"');
    expect(foundIn(printed, [...secrets, ...personal])).toEqual([]);
    expect(printed).not.toMatch(ANY_TOKEN);
    expect(printed).not.toMatch(/canar/i);
    count('lines of the log', printed.split('\n').length);
  });

  it('is in a span or a metric, and neither is an address or a name', async () => {
    const before = collector.messages.length;
    await expect.poll(() => collector.messages.length, { timeout: 20_000 }).toBeGreaterThan(before + 2);
    const sent = collector.messages.join('\n');
    expect(sent).toContain('POST /api/auth/login');
    expect(sent).toContain('handstamp.login.attempts');
    expect(foundIn(sent, [...secrets, ...personal])).toEqual([]);
    expect(sent).not.toMatch(ANY_TOKEN);
    count('messages to a collector', collector.messages.length);
  });

  it('is in the page or the body of an answer, errors among them, but for what is shown to its owner once', () => {
    const kinds = new Set(answers.map(({ answer }) => Math.floor(answer.status / 100)));
    expect([...kinds].sort()).toEqual([2, 3, 4, 5]);
    const shown = answers.flatMap(({ path, answer }) =>
      foundIn(answer.text, secrets)
        // The page of a mailed link, which whoever opened it has in the address.
        .filter((secret) => !path.includes(secret))
        .map((secret) => ({ path: path.replace(/\?.*/, ''), secret, isOnce: shownOnce.has(secret) })),
    );
    expect(shown.filter(({ isOnce }) => !isOnce)).toEqual([]);
    const once = shown.map(({ secret }) => secret).sort();
    expect(once).toEqual([...shownOnce].sort());
    count('answers', answers.length);
  });

  it('is in a row of the database', () => {
    expect(kept.length).toBeGreaterThan(20);
    expect(foundIn(kept.join('\n'), secrets)).toEqual([]);
    count('rows', kept.length);
  });
});
