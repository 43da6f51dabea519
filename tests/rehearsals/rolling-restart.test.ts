import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { buildPrevious, buildThis, type Release, shareFiles } from '@/tests/support/copy/releases';
import { startPgBouncer } from '@/tests/support/database/pgbouncer';
import { runCommand, startOwnServer } from '@/tests/support/database/postgres';
import { createPerson, type Person } from '@/tests/support/people';
import { testEnvironment } from '@/tests/support/server/environment';
import { type Instances, startInstances } from '@/tests/support/server/instances';
import { type Crowd, startCrowd } from './crowd';

const CLIENTS = 50;
const LEAST_REQUESTS = 5_000;
const LEAST_MS = 60_000;
/** As long as a request that was under way may take to be noticed as lost. */
const NOTICED_MS = 1_000;
const WELL_AGAIN_MS = 3_000;

// A PostgreSQL of its own, because it is restarted.
const postgres = await startOwnServer();
afterAll(() => postgres.stop());
Object.assign(process.env, testEnvironment(postgres.adminUrl));
await runCommand('lib/server/cli/migrate.ts', testEnvironment(postgres.adminUrl));

let previous: Release;
let current: Release;
let people: Person[];
beforeAll(async () => {
  previous = await buildPrevious('before');
  current = await buildThis('now');
  await shareFiles(previous, current);
  people = await Promise.all(Array.from({ length: CLIENTS }, () => createPerson({ hasPassword: true })));
});
afterAll(async () => {
  await previous?.remove();
  await current?.remove();
});

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
const alarms = () => db().auditEvent.count({ where: { type: { in: ['refresh_reuse', 'refresh_ahead'] } } });

/** What failed and how often, with an example of each. */
function told({ failures }: Crowd): Record<string, string> {
  const counts = new Map<string, number>();
  const examples = new Map<string, string>();
  for (const { what, status, words } of failures) {
    const kind = `${what}: ${status}`;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    examples.set(kind, words.trim());
  }
  return Object.fromEntries([...counts].map(([kind, count]) => [kind, `${count} times, ${examples.get(kind)}`]));
}

/** Ends the crowd, and expects that each of its sessions lives, with nobody's alarm. */
async function expectNobodySignedOut(crowd: Crowd, { origin }: Instances): Promise<void> {
  const tokens = await crowd.stop();
  expect(crowd.failures.filter(({ isSignedOut }) => isSignedOut)).toEqual([]);
  for (const token of tokens) {
    const headers = { origin, cookie: `handstamp-refresh=${token}` };
    const { status } = await fetch(`${origin}/api/auth/refresh`, { method: 'POST', headers });
    expect(status).toBe(200);
  }
  expect(await alarms()).toBe(0);
}

describe('three instances behind nginx, and fifty clients', () => {
  it('a rolling restart to this build and back fails nobody and signs nobody out', async () => {
    const instances = await startInstances(postgres.adminUrl, previous);
    try {
      const startedMs = performance.now();
      const crowd = await startCrowd(instances.proxy.port, instances.origin, people);
      await wait(10_000);
      const there = await instances.roll(current);
      await wait(5_000);
      const back = await instances.roll(previous);
      await wait(LEAST_MS - (performance.now() - startedMs));
      while (crowd.total() < LEAST_REQUESTS) await wait(500);
      await expectNobodySignedOut(crowd, instances);
      const ends = [...there, ...back];
      console.info(
        `${crowd.total()} requests in ${Math.round((performance.now() - startedMs) / 1_000)} s`,
        `${previous.isPreviousTag ? 'from the tag before' : 'from a copy with a changed source'}:`,
        JSON.stringify(Object.fromEntries(crowd.counts)),
        `ends: ${ends.map(({ seconds }) => seconds.toFixed(1)).join(', ')} s`,
      );
      expect(told(crowd)).toEqual({});
      expect(ends.map(({ code }) => code)).toEqual(ends.map(() => 0));
      expect(Math.max(...ends.map(({ seconds }) => seconds))).toBeLessThanOrEqual(10);
      for (const what of ['login', 'action by name', 'action as a form', 'asset', 'page with an expired token']) {
        expect(crowd.counts.get(what), what).toBeGreaterThan(20);
      }
    } finally {
      await instances.stop();
    }
  });

  it('SIGKILL of one loses what was in flight there, and nothing else', async () => {
    const instances = await startInstances(postgres.adminUrl, current);
    try {
      const crowd = await startCrowd(instances.proxy.port, instances.origin, people);
      await wait(10_000);
      const killedAtMs = Date.now();
      const port = await instances.killAt(0);
      await wait(15_000);
      await expectNobodySignedOut(crowd, instances);
      console.info(`${crowd.total()} requests, lost:`, told(crowd));
      const lost = (await instances.proxy.passed()).filter(({ status }) => status === 502);
      expect(lost.map(({ ports, method }) => [ports.includes(port), method])).toEqual(lost.map(() => [true, 'POST']));
      for (const { atMs } of lost) expect(Math.abs(atMs - killedAtMs)).toBeLessThan(NOTICED_MS);
      expect(crowd.failures.map(({ status }) => status)).toEqual(lost.map(() => 502));
    } finally {
      await instances.stop();
    }
  });

  it('behind PgBouncer, PostgreSQL restarted twice is 503 and nothing else, and all is well three seconds later', async () => {
    const pool = await startPgBouncer(postgres.adminUrl, ['server_login_retry = 1']);
    const instances = await startInstances(pool.databaseUrl, current);
    try {
      const crowd = await startCrowd(instances.proxy.port, instances.origin, people);
      await wait(10_000);
      const spans: { readonly fromMs: number; readonly backMs: number }[] = [];
      for (const mode of ['fast', 'immediate'] as const) {
        const fromMs = Date.now();
        await postgres.restart(mode);
        spans.push({ fromMs, backMs: Date.now() });
        await wait(12_000);
      }
      await expectNobodySignedOut(crowd, instances);
      const lastMs = spans.map(({ fromMs, backMs }) => {
        const during = crowd.failures.filter(({ atMs }) => atMs >= fromMs && atMs < backMs + 12_000);
        return Math.max(0, ...during.map(({ atMs }) => atMs - backMs));
      });
      console.info(
        `${crowd.total()} requests, ${crowd.failures.length} failed, the last ${lastMs.join(', ')} ms after it was back`,
      );
      expect(Object.keys(told(crowd)).filter((kind) => !kind.endsWith(': 503'))).toEqual([]);
      expect(new Set(crowd.failures.map(({ status }) => status))).toEqual(new Set([503]));
      expect(Math.max(...lastMs)).toBeLessThanOrEqual(WELL_AGAIN_MS);
    } finally {
      await instances.stop();
      await pool.stop();
    }
  });
});
