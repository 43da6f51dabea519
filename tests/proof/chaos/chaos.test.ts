import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFreePort } from '@/scripts/free-port.mjs';
import { buildPrevious, buildThis, type Release, shareFiles } from '@/tests/support/copy/releases';
import { startPgBouncer } from '@/tests/support/database/pgbouncer';
import { runCommand, startOwnServer } from '@/tests/support/database/postgres';
import { proved } from '@/tests/support/proof';
import { testEnvironment } from '@/tests/support/server/environment';
import { type Instances, startInstances } from '@/tests/support/server/instances';
import { type Fleet, fleetOf } from './fleet';
import { judge } from './judge';
import { tell } from './report';
import { type Ran, run } from './run';

const SEEDS = [17, 42, 2026];
const CLIENTS = 200;
/** A machine that is busy with something else takes longer to the least number of requests. */
const LENGTH_MS = 45_000;
const LEAST_REQUESTS = 850;
/** Short, so that each session rotates a few times; no honest request may take half of it (DECISIONS 2). */
const GRACE_SECONDS = 12;
/** It has to stay below half of the life of an access token, five minutes. */
const LONGEST_GRACE_SECONDS = 140;
/** A machine on which the migrations take longer, because it is busy with something else, has so much longer a grace. */
const CALM_MIGRATION_MS = 4_000;

// A PostgreSQL of its own, because it is restarted.
const postgres = await startOwnServer();
afterAll(() => postgres.stop());
const sitePort = await findFreePort();
const settings = testEnvironment(postgres.adminUrl, sitePort);
Object.assign(process.env, settings);
const migratedFromMs = performance.now();
await runCommand('lib/server/cli/migrate.ts', settings);
const slowness = Math.max(1, (performance.now() - migratedFromMs) / CALM_MIGRATION_MS);

let builds: readonly [Release, Release];
beforeAll(async () => {
  builds = [await buildPrevious('before', true), await buildThis('now', true)];
  await shareFiles(...builds);
  // Two builds from nothing, on a machine of any speed.
}, 1_800_000);
afterAll(async () => {
  for (const release of builds ?? []) await release.remove();
});

let requests = 0;

describe.each(['straight to PostgreSQL', 'through PgBouncer'] as const)('three instances, %s', (way) => {
  let instances: Instances;
  let fleet: Fleet;
  beforeAll(async () => {
    const isPooled = way === 'through PgBouncer';
    const pool = isPooled ? await startPgBouncer(postgres.adminUrl, ['server_login_retry = 1']) : null;
    const graceSeconds = Math.min(LONGEST_GRACE_SECONDS, Math.ceil(GRACE_SECONDS * slowness));
    const env = { REFRESH_GRACE_SECONDS: String(graceSeconds) };
    instances = await startInstances(pool?.databaseUrl ?? postgres.adminUrl, builds[0], { sitePort, env });
    fleet = fleetOf(instances, postgres, builds[0]);
    return async () => {
      await instances.stop();
      await pool?.stop();
    };
  });

  it.each(SEEDS.map((seed, at) => ({ seed, at })))(
    'seed $seed: two hundred clients lose nothing that no fault took',
    async ({ seed, at }) => {
      // They take turns: the build that the run before ended with is the one that runs.
      const next = at % 2 === 0 ? builds[1] : builds[0];
      const name = `${way.split(' ').at(-1)}-${seed}`;
      const common = {
        clients: CLIENTS,
        lengthMs: LENGTH_MS,
        leastRequests: LEAST_REQUESTS,
        instances,
        fleet,
        next,
        databaseUrl: postgres.adminUrl,
      };
      const ran: Ran = await run({ name, seed, ...common });
      const findings = judge(ran.evidence);
      for (const line of tell(ran, findings, `seed ${seed}, ${way}`)) proved(line);
      const { journal, kills, outages, standings } = ran.evidence;
      requests += journal.entries.length;
      expect(findings).toEqual([]);
      expect(standings).toHaveLength(CLIENTS);
      expect(kills.length).toBeGreaterThanOrEqual(4);
      expect(outages).toHaveLength(1);
      expect(ran.done.ends).toEqual([0, 0, 0]);
    },
  );
});

it('all runs together are five thousand requests or more', () => {
  expect(requests).toBeGreaterThanOrEqual(5_000);
});
