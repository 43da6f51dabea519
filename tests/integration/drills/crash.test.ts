import { describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { useDatabase } from '@/tests/support/database/use-database';
import { type Answer, inTurns, SITE, send } from '@/tests/support/http/requests';
import {
  COOKIE,
  createPerson,
  PASSWORD,
  type PreparedSession,
  prepareSession,
  sessionRow,
} from '@/tests/support/people';
import { startServer, type TestServer } from '@/tests/support/server/server';

const { url: databaseUrl } = await useDatabase();
const start = () => startServer({ databaseUrl, env: { APP_ORIGIN: SITE } });

const LOGINS = 20;
const REFRESHES = 140;
const SIGN_OUTS = 40;
/** Answers after which the server is killed: some work is done, some is under way, some has not begun. */
const KILL_AFTER = 60;

type Job = {
  readonly kind: 'login' | 'refresh' | 'sign-out';
  readonly session: PreparedSession | null;
  readonly run: (server: TestServer) => Promise<Answer>;
  answer: Answer | null;
};

async function prepareJobs(): Promise<Job[]> {
  const people = await inTurns(4, 1, () => createPerson({ hasPassword: true }));
  const refreshed = await inTurns(REFRESHES, 8, () => prepareSession());
  const left = await inTurns(SIGN_OUTS, 8, () => prepareSession());
  const logins = Array.from({ length: LOGINS }, (_, at): Job => {
    const json = { email: people[at % people.length]?.email, password: PASSWORD, remember: true };
    const run = (server: TestServer) => send(server, '/api/auth/login', { method: 'POST', json });
    return { kind: 'login', session: null, run, answer: null };
  });
  const post =
    (kind: Job['kind'], path: string) =>
    (session: PreparedSession): Job => ({
      kind,
      session,
      answer: null,
      run: (server) => send(server, path, { method: 'POST', cookies: session.cookies }),
    });
  const refreshes = refreshed.map(post('refresh', '/api/auth/refresh'));
  const signOuts = left.map(post('sign-out', '/api/auth/logout'));
  // Mixed, so that each kind is under way when the end comes.
  const shuffled = [...refreshes, ...signOuts].map((job, at) => ({ job, key: (at * 7919) % 1009 }));
  return [...logins, ...shuffled.sort((a, b) => a.key - b.key).map(({ job }) => job)];
}

const count = async (sql: string): Promise<number> => {
  const [row] = await db().$queryRawUnsafe<{ count: number }[]>(`SELECT count(*)::int AS count FROM ${sql}`);
  return row?.count ?? -1;
};

// Promise: A killed server leaves sessions that work or were never confirmed
describe('SIGKILL in the middle of 200 logins, refreshes and sign-outs', () => {
  it('leaves every session either working or never confirmed, and nothing half-done', {
    timeout: 120_000,
  }, async () => {
    const jobs = await prepareJobs();
    const first = await start();
    let answered = 0;
    let killed: Promise<void> | undefined;
    await Promise.all(
      jobs.map(async (job) => {
        const answer = await job.run(first).catch(() => null);
        job.answer = answer;
        if (answer !== null) answered += 1;
        if (answered === KILL_AFTER) killed ??= first.kill();
      }),
    );
    await killed;
    expect(answered).toBeGreaterThanOrEqual(KILL_AFTER);
    expect(answered).toBeLessThan(jobs.length);

    const second = await start();
    try {
      for (const job of jobs) await expectKept(job, second);
      await expectConsistent(jobs);
    } finally {
      await second.stop();
    }
  });
});

/** Whatever was answered holds, and whatever was not left a token that still works or a session that is over. */
async function expectKept({ kind, session, answer }: Job, server: TestServer): Promise<void> {
  const refresh = (token: string) =>
    send(server, '/api/auth/refresh', { method: 'POST', cookies: { [COOKIE.refresh]: token } });
  if (answer !== null) expect([200, 204]).toContain(answer.status);
  if (kind === 'sign-out') {
    const { endedAt } = await sessionRow(session?.id ?? '');
    if (answer !== null) expect(endedAt).not.toBeNull();
    const { status } = await refresh(session?.refreshToken ?? '');
    expect(status).toBe(endedAt === null ? 200 : 401);
    return;
  }
  const confirmed = answer?.cookies[COOKIE.refresh];
  if (confirmed !== undefined) expect((await refresh(confirmed)).status).toBe(200);
  // The answer of a refresh was lost: the browser still holds the token from before.
  else if (session !== null) expect((await refresh(session.refreshToken)).status).toBe(200);
}

async function expectConsistent(jobs: readonly Job[]): Promise<void> {
  const halfDone = {
    'ended sessions without a revocation': await count(
      `"Session" s WHERE "endedAt" IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM "Revocation" r WHERE r."statusNumber" = s."statusNumber")`,
    ),
    'revocations without an ended session': await count(
      `"Revocation" r WHERE NOT EXISTS
       (SELECT 1 FROM "Session" s WHERE s."statusNumber" = r."statusNumber" AND s."endedAt" IS NOT NULL)`,
    ),
    'ended sessions without exactly one audit event': await count(
      `"Session" s WHERE "endedAt" IS NOT NULL
       AND (SELECT count(*) FROM "AuditEvent" a WHERE a."sessionId" = s.id AND a.type = 'signed_out') <> 1`,
    ),
    'sessions without exactly one audit event of their start': await count(
      `"Session" s WHERE (SELECT count(*) FROM "AuditEvent" a WHERE a."sessionId" = s.id AND a.type = 'signed_in') <> 1`,
    ),
    'sessions that rotated more than once': await count('"Session" WHERE counter > 1'),
    alarms: await count(`"AuditEvent" WHERE type IN ('refresh_reuse', 'refresh_ahead')`),
    mails: await count('"Outbox"'),
  };
  expect(halfDone).toEqual(Object.fromEntries(Object.keys(halfDone).map((name) => [name, 0])));
  const confirmedLogins = jobs.filter((job) => job.kind === 'login' && job.answer !== null).length;
  const started = await count('"Session"');
  expect(started).toBeGreaterThanOrEqual(REFRESHES + SIGN_OUTS + confirmedLogins);
  expect(started).toBeLessThanOrEqual(REFRESHES + SIGN_OUTS + LOGINS);
}
