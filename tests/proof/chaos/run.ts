import { setTimeout as pause } from 'node:timers/promises';
import type { Release } from '@/tests/support/copy/releases';
import type { Instances } from '@/tests/support/server/instances';
import { startCrowd } from './crowd';
import type { Evidence } from './evidence';
import type { Done, Fleet } from './fleet';
import { newJournal } from './journal';
import { planFaults } from './plan';
import { probe } from './probes';
import { alarmsOf, liveAmong, sessionsOf } from './table';

export type Run = {
  /** Begins the names of its requests: no two runs on one proxy have the same. */
  readonly name: string;
  readonly seed: number;
  readonly clients: number;
  /** At least; it ends once all faults have passed and so many requests were answered. */
  readonly lengthMs: number;
  readonly leastRequests: number;
  readonly instances: Instances;
  readonly fleet: Fleet;
  /** The build that takes the place of the one that runs. */
  readonly next: Release;
  /** Straight to the database, whatever is between it and the instances. */
  readonly databaseUrl: string;
};

export type Ran = {
  readonly evidence: Evidence;
  readonly done: Done;
  readonly killsPlanned: number;
  readonly seconds: number;
};

const POLL_MS = 100;

/** One run: the crowd, the faults of the seed, and all that is known afterwards. */
export async function run({
  name,
  seed,
  clients,
  lengthMs,
  leastRequests,
  instances,
  fleet,
  next,
  databaseUrl,
}: Run): Promise<Ran> {
  const { origin, proxy } = instances;
  const journal = newJournal();
  const startedAtMs = performance.now();
  const site = {
    ...{ port: proxy.port, origin, run: name, journal },
    liveAmong: (sessions: readonly string[]) => liveAmong(databaseUrl, sessions),
  };
  const crowd = await startCrowd(site, seed, clients);
  try {
    const faults = planFaults(seed, lengthMs);
    const [done] = await Promise.all([fleet.suffer(faults, next), pause(lengthMs)]);
    while (journal.entries.length < leastRequests) await pause(POLL_MS);
    const standings = await crowd.stop();
    const people = [...new Set(standings.map(({ person }) => person))];
    const sessions = await sessionsOf(databaseUrl, people);
    const alarms = await alarmsOf(databaseUrl, people);
    const probes = await probe((text) => refreshed(origin, text), crowd.clients, sessions);
    const passed = await proxy.passed();
    const evidence = { journal, passed, ...done, sessions, standings, probes, alarms };
    const killsPlanned = faults.filter(({ kind }) => kind === 'kill').length;
    return { evidence, done, killsPlanned, seconds: (performance.now() - startedAtMs) / 1_000 };
  } finally {
    crowd.close();
  }
}

async function refreshed(origin: string, text: string): Promise<number> {
  const headers = { origin, cookie: `handstamp-refresh=${text}` };
  const answer = await fetch(`${origin}/api/auth/refresh`, { method: 'POST', headers });
  await answer.arrayBuffer();
  return answer.status;
}
