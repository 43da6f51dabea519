import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { MAX_LIVE_SESSIONS } from '@/lib/core/policy';
import { recordRepeated } from '@/lib/server/audit/repeated-events';
import { db } from '@/lib/server/database/client';
import { countOutcome } from '@/lib/server/observability/outcome-counts';
import { useDatabase } from '@/tests/support/database/use-database';
import { mailedCode, otherThan } from '@/tests/support/http/mailbox';
import { ask } from '@/tests/support/http/programs';
import { inTurns, send } from '@/tests/support/http/requests';
import { COOKIE, createPerson, lengthenWaits, only, PASSWORD, prepareSession } from '@/tests/support/people';
import { proved, roundsOf } from '@/tests/support/proof';
import { REPOSITORY } from '@/tests/support/server/environment';
import { useServer } from '@/tests/support/server/use-server';

const { url } = await useDatabase();
const server = await useServer({ databaseUrl: url });

beforeEach(async () => {
  await db().rateLimit.deleteMany();
  await db().auditEvent.deleteMany();
});

const eventsOf = (type: string) => db().auditEvent.findMany({ where: { type }, orderBy: { id: 'asc' } });
const logIn = (email: string, password: string) =>
  send(server, '/api/auth/login', { method: 'POST', json: { email, password }, headers: { 'user-agent': 'curl/8' } });

// Promise: Guessing leaves a trace
describe('guessing leaves a trace', () => {
  it('of the account: a wrong password, and that somebody has to wait', async () => {
    const { id, email } = await createPerson({ hasPassword: true });
    for (let guess = 0; guess < 5; guess += 1) await logIn(email, 'not-the-password-of-anybody');
    await lengthenWaits();
    await logIn(email, 'not-the-password-of-anybody');
    expect(await eventsOf('sign_in_failed')).toEqual([expect.objectContaining({ userId: id, userAgent: 'curl/8' })]);
    expect(await eventsOf('sign_in_blocked')).toEqual([expect.objectContaining({ userId: id })]);
  });

  it('of all addresses without an account together, and never of the address that was typed', async () => {
    await logIn('nobody-1@people.test', PASSWORD);
    await ask(server, '/api/auth/token', { email: 'nobody-2@people.test', password: PASSWORD });
    // A server may just now add what the test before has left it to count, of an account.
    const events = (await eventsOf('sign_in_failed')).filter(({ userId }) => userId === null);
    expect(events).toHaveLength(1);
    const stored = JSON.stringify(events, (_key, value) => (typeof value === 'bigint' ? String(value) : value));
    expect(stored).not.toContain('people.test');
  });

  it('of a wrong code, and of a sign-up with an address that has an account', async () => {
    const known = await createPerson();
    const register = (email: string) =>
      send(server, '/api/auth/register', { method: 'POST', json: { email, password: PASSWORD } });
    await register(known.email);
    const begun = await register('newcomer@people.test');
    const code = otherThan(await mailedCode(server, 'newcomer@people.test'));
    const cookies = only(begun.cookies, COOKIE.pending);
    await send(server, '/api/auth/verify-email', { method: 'POST', cookies, json: { code } });
    expect(await eventsOf('code_failed')).toEqual([expect.objectContaining({ userId: null, details: { count: 1 } })]);
    await expect.poll(() => eventsOf('sign_up_repeated')).toEqual([expect.objectContaining({ userId: known.id })]);
  });
});

describe('a session that ends for a new one leaves a trace', () => {
  it('of the session that a sign-in of the same browser replaced', async () => {
    const person = await createPerson({ hasPassword: true });
    const old = await prepareSession(person);
    const json = { email: person.email, password: PASSWORD };
    const answer = await send(server, '/api/auth/login', { method: 'POST', json, cookies: old.refreshOnly });
    expect(answer.status).toBe(200);
    expect(await eventsOf('session_superseded')).toEqual([
      expect.objectContaining({ userId: person.id, sessionId: old.id }),
    ]);
  });

  it('of the oldest one when an account has too many', async () => {
    const person = await createPerson();
    const first = await prepareSession(person);
    for (let n = 0; n < MAX_LIVE_SESSIONS; n += 1) await prepareSession(person);
    expect(await eventsOf('session_over_limit')).toEqual([
      expect.objectContaining({ userId: person.id, sessionId: first.id }),
    ]);
  });
});

const ATTEMPTS = roundsOf(100_000);
const ATTEMPTS_WORD = ATTEMPTS.toLocaleString('en');

// Promise: Strangers cannot fill the audit log
describe('what may be caused as often as somebody likes', () => {
  it(`is one row for each type, account and hour, which counts: ${ATTEMPTS_WORD} attempts make two`, async () => {
    // What a process counts in memory is added every ten seconds: here after 20 ms. That timer begins within the call; the
    // database client has ten seconds as well, for an answer, and keeps them.
    const later = globalThis.setTimeout;
    const hurried = vi.spyOn(globalThis, 'setTimeout');
    const attempts = ['sign_in_failed', 'sign_in_blocked'] as const;
    await inTurns(ATTEMPTS, 50, (n) => {
      hurried.mockImplementation(((work: () => void, ms: number) =>
        later(work, ms === 10_000 ? 20 : ms)) as typeof later);
      const recorded = recordRepeated({ type: attempts[n % 2] ?? 'sign_in_failed', userId: 'victim' }, 'victim');
      hurried.mockImplementation(later);
      return recorded;
    });
    hurried.mockRestore();
    await expect
      .poll(() => db().auditEvent.findMany({ where: { userId: 'victim' }, select: { details: true } }), {
        timeout: 15_000,
      })
      .toEqual([{ details: { count: ATTEMPTS / 2 } }, { details: { count: ATTEMPTS / 2 } }]);
  });

  it(`is no more where ${ATTEMPTS_WORD} sign-ins fail at many addresses, by four processes, and every figure in it is right`, async () => {
    const people = await Promise.all(Array.from({ length: 100 }, () => createPerson()));
    const unknown = Array.from({ length: 100 }, (_, n) => `nobody-${n}@people.test`);
    const addresses = [...people.map(({ email }) => email), ...unknown];
    // What a process counts is in a module: one that is loaded anew has its own, as another process has.
    const processes: typeof import('@/lib/server/sign-in/attempt-trace')[] = [];
    for (let n = 0; n < 4; n += 1) {
      vi.resetModules();
      processes.push(await import('@/lib/server/sign-in/attempt-trace'));
    }
    const facts = { ip: '203.0.113.7', userAgent: 'curl/8', device: null };
    const idOf = new Map(people.map(({ id, email }) => [email, id]));
    const made = new Map<string, number>();
    // What a process counts in memory is added by a timer that begins within the call: here half-way, and at the end.
    const later = globalThis.setTimeout;
    const waiting: (() => void)[] = [];
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const addCounted = async () => {
      for (let work = waiting.splice(0, 50); work.length > 0; work = waiting.splice(0, 50)) {
        for (const add of work) add();
        // Waits for its turn behind them.
        await inTurns(50, 50, () => db().$queryRaw`SELECT 1`);
      }
    };
    const attempt = (n: number): Promise<void> => {
      const email = addresses[(n * 7) % addresses.length] ?? '';
      const trace = processes[Math.floor(n / addresses.length) % processes.length];
      const isBlocked = n % 3 === 0;
      const key = `${isBlocked ? 'sign_in_blocked' : 'sign_in_failed'} ${idOf.get(email) ?? null}`;
      made.set(key, (made.get(key) ?? 0) + 1);
      timers.mockImplementation(((work: () => void, ms: number) => {
        if (ms !== 10_000) return later(work, ms);
        waiting.push(work);
        return { unref: () => {} };
      }) as unknown as typeof setTimeout);
      const traced = isBlocked
        ? trace?.traceBlocked(email, facts)
        : trace?.traceWrong(email, idOf.get(email) ?? null, facts);
      timers.mockImplementation(later);
      return traced ?? Promise.reject(new Error('No process'));
    };
    for (const half of [0, ATTEMPTS / 2]) {
      await inTurns(ATTEMPTS / 2, 50, (n) => attempt(half + n));
      await addCounted();
    }
    timers.mockRestore();
    // A server adds what the tests before have left it to count.
    const ours = { OR: [{ userId: null }, { userId: { in: [...idOf.values()] } }] };
    const told = async () => {
      const sums = new Map<string, number>();
      for (const { type, userId, details } of await db().auditEvent.findMany({ where: ours })) {
        const { count } = details as { count: number };
        sums.set(`${type} ${userId}`, (sums.get(`${type} ${userId}`) ?? 0) + count);
      }
      return sums;
    };
    await expect.poll(told, { timeout: 15_000 }).toEqual(made);
    // One for each of 100 people and for all others together, of each of two types; twice that where an hour began meanwhile.
    expect(await db().auditEvent.count({ where: ours })).toBeLessThanOrEqual(404);
    const counted = [...made.values()].reduce((sum, each) => sum + each, 0);
    proved({ what: 'failed sign-ins that the audit log counts right', tried: ATTEMPTS, held: counted });
  });

  it('is the change of device of a session that alternates between two at every request', async () => {
    const { id, refreshOnly } = await prepareSession();
    for (let n = 0; n < 20; n += 1) {
      const headers = { 'user-agent': n % 2 ? 'Mozilla/5.0 Firefox/140.0' : 'Mozilla/5.0 Chrome/140.0 Safari/537.36' };
      await send(server, '/api/auth/refresh', { method: 'POST', cookies: refreshOnly, headers });
    }
    expect(await db().auditEvent.count({ where: { sessionId: id, type: 'device_changed' } })).toBe(1);
  });

  it('is one line of the log a minute, with counts by outcome and nothing else', async () => {
    const lines: string[] = [];
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
    try {
      for (let n = 0; n < 300; n += 1) countOutcome(n % 3 ? 'signInWrong' : 'signInBlocked');
      await vi.advanceTimersByTimeAsync(60_000);
      await vi.advanceTimersByTimeAsync(60_000);
    } finally {
      write.mockRestore();
      vi.useRealTimers();
    }
    expect(lines.filter((line) => line.includes('"attempts"'))).toEqual([
      expect.stringMatching(/"event":"attempts","signInBlocked":100,"signInWrong":200\}/),
    ]);
  });
});

it('every type of event has a writer', async () => {
  const declared = await readFile(path.join(REPOSITORY, 'lib/server/audit/audit-log.ts'), 'utf8');
  const union = /export type AuditType =([\s\S]*?)';\n/.exec(declared)?.[1] ?? '';
  const types = [...union.matchAll(/\| '(\w+)/g)].map(([, type = '']) => type);
  expect(types.length).toBeGreaterThan(15);
  const filesBelow = async (folder: string) =>
    (await readdir(path.join(REPOSITORY, folder), { recursive: true })).map((file) => path.join(folder, file));
  const files = [...(await filesBelow('lib/server')), ...(await filesBelow('app/api'))].filter(
    (file) => file.endsWith('.ts') && !file.includes('generated') && !file.endsWith('audit-log.ts'),
  );
  const texts = await Promise.all(files.map((file) => readFile(path.join(REPOSITORY, file), 'utf8')));
  const code = texts.join('\n');
  // The statement that creates a session makes these two of the reason why an older one ended.
  const composed = ['session_superseded', 'session_over_limit'];
  expect(code).toContain(`'session_' || reason`);
  expect(types.filter((type) => !composed.includes(type) && !code.includes(`'${type}'`))).toEqual([]);
});
