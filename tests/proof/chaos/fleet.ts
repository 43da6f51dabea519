import { setTimeout as pause } from 'node:timers/promises';
import type { Release } from '@/tests/support/copy/releases';
import type { OwnPostgres } from '@/tests/support/database/postgres';
import type { Instances } from '@/tests/support/server/instances';
import type { Away, Kill } from './evidence';
import type { Fault } from './plan';

/** What was done to the instances and to the database. */
export type Done = {
  readonly kills: Kill[];
  readonly outages: Away[];
  /** Exit codes of the instances that were told to end for another build. */
  readonly ends: (number | null)[];
};

export type Fleet = {
  /** Does all of it, each at its time or when it can be done, and resolves when all is well again. */
  suffer(faults: readonly Fault[], next: Release): Promise<Done>;
};

/** An instance is touched only while another one has been healthy for so long: nginx leaves one out for a second. */
const SETTLED_MS = 1_500;
const POLL_MS = 25;
const STARTS = 5;
/** As long as an answer of `/api/health/ready` may be old. */
const READY_AGE_MS = 1_000;
const READY_WITHIN_MS = 60_000;

/**
 * Puts faults on instances that run `release`. One is never away alone with all others: two may be, of three. What is to
 * happen to an instance that is away already waits until it is back.
 */
export function fleetOf(instances: Instances, postgres: OwnPostgres, release: Release): Fleet {
  const places = [...instances.ports.keys()];
  const runs = places.map(() => release);
  /** Since when each is healthy; null: it is away. */
  const healthySince: (number | null)[] = places.map(() => 0);
  const queues: Promise<unknown>[] = places.map(() => Promise.resolve());

  /** Does something to one instance when it is its turn, and another one stands in for it. */
  function inTurn(place: number, work: () => Promise<void>): Promise<void> {
    const isSettled = (other: number) => {
      const since = healthySince[other] ?? null;
      return other !== place && since !== null && performance.now() - since >= SETTLED_MS;
    };
    const turn = async () => {
      while (!places.some(isSettled)) await pause(POLL_MS);
      healthySince[place] = null;
      await work();
      healthySince[place] = performance.now();
    };
    const done = (queues[place] ?? Promise.resolve()).then(turn);
    queues[place] = done.catch(() => undefined);
    return done;
  }
  /** As an orchestrator does: one that cannot start, because the database is away, is started again. */
  async function start(place: number): Promise<void> {
    for (let left = STARTS; ; left -= 1) {
      try {
        return await instances.startAt(place, runs[place] ?? release);
      } catch (error) {
        if (left === 1) throw error;
      }
    }
  }
  async function kill({ place, downMs }: Extract<Fault, { kind: 'kill' }>, { kills }: Done): Promise<void> {
    await inTurn(place, async () => {
      const fromMs = Date.now();
      const port = await instances.killAt(place);
      await pause(downMs);
      await start(place);
      kills.push({ port, fromMs, backMs: Date.now() });
    });
  }
  async function replace({ order }: Extract<Fault, { kind: 'replace' }>, next: Release, { ends }: Done): Promise<void> {
    for (const place of order) {
      await inTurn(place, async () => {
        ends.push((await instances.endAt(place)).code);
        runs[place] = next;
        await start(place);
      });
    }
  }
  async function restart({ outages }: Done): Promise<void> {
    const fromMs = Date.now();
    await postgres.restart('immediate');
    await pause(READY_AGE_MS);
    // One that is away just now is so for another reason, and begins with a database that is there.
    await Promise.all(instances.ports.map((port, place) => untilReady(port, () => healthySince[place] === null)));
    outages.push({ fromMs, backMs: Date.now() });
  }

  return {
    async suffer(faults, next) {
      const done: Done = { kills: [], outages: [], ends: [] };
      const startedAtMs = performance.now();
      await Promise.all(
        faults.map(async (fault) => {
          await pause(Math.max(0, fault.atMs - (performance.now() - startedAtMs)));
          if (fault.kind === 'kill') await kill(fault, done);
          else if (fault.kind === 'replace') await replace(fault, next, done);
          else await restart(done);
        }),
      );
      return done;
    },
  };
}

async function untilReady(port: number, isAway: () => boolean): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline && !isAway()) {
    const answer = await fetch(`http://127.0.0.1:${port}/api/health/ready`).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.status === 200) return;
    await pause(POLL_MS);
  }
  if (!isAway()) throw new Error(`${port} was not ready again`);
}
