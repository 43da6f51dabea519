import { db } from '@/lib/server/database/client';
import { createDatabase, dropDatabase, startPostgres } from '@/tests/support/database/postgres';
import { testEnvironment } from '@/tests/support/server/environment';
import { startCollector } from '@/tests/support/telemetry/collector';
import { cpuMicroseconds, drive } from './load';
import { newSession } from './prepared-sessions';
import { isFull, postgresVersion, quantile, say, writeReport } from './report';
import { type BenchServer, LOAD_SETTINGS, startVariant, type Variant } from './variants';

const CONNECTIONS = 16;
const SECONDS = 1;
/** Many short rounds: what disturbs a machine for some seconds spoils a few of them. */
const ROUNDS = isFull ? 61 : 21;
/** Whatever else a machine does adds to the time of a request and takes nothing of it: of each case the quieter rounds count. */
const QUIET = 0.25;
/** A server goes on becoming faster for that long: V8 compiles what it has seen often. */
const WARM_UP_SECONDS = 12;
const PATH = '/api/auth/session';

const collector = await startCollector();
const COLLECTED = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_METRIC_EXPORT_INTERVAL: '10000' };
const CASES = {
  without: { title: 'without any telemetry in it', variant: 'untraced', env: {} },
  off: { title: 'built in, and off', variant: 'product', env: {} },
  on: { title: 'on, 1 % of the traces', variant: 'product', env: COLLECTED },
  all: { title: 'on, all traces', variant: 'product', env: { ...COLLECTED, OTEL_TRACES_SAMPLER: 'always_on' } },
} as const satisfies Record<string, { title: string; variant: Variant; env: Record<string, string> }>;
type CaseName = keyof typeof CASES;
const NAMES = Object.keys(CASES) as CaseName[];
const COMPARED = NAMES.filter((name) => name !== 'all');
/** Of the requests that the same processor time serves without any telemetry, the least that each should serve. */
const AIMS: Readonly<Record<Exclude<CaseName, 'without'>, number | null>> = { off: 0.97, on: 0.93, all: null };

type Round = { readonly perSecond: number; readonly cpuUs: number; readonly p99Ms: number };

const postgres = await startPostgres();
const databaseUrl = await createDatabase(postgres.adminUrl);
const servers: Partial<Record<CaseName, BenchServer>> = {};
try {
  Object.assign(process.env, testEnvironment(databaseUrl), LOAD_SETTINGS);
  for (const name of NAMES) {
    const { variant, env } = CASES[name];
    servers[name] = await startVariant(variant, databaseUrl, { ...LOAD_SETTINGS, ...env });
  }
  const { cookieHeader: cookie } = await newSession();
  const measure = async (name: CaseName, seconds = SECONDS): Promise<Round> => {
    const server = servers[name];
    const before = cpuMicroseconds(server?.process.pid);
    const load = { url: `${server?.origin}${PATH}`, headers: { cookie }, seconds, connections: CONNECTIONS };
    const { requestsPerSecond: perSecond, requests, p99Ms } = await drive(load);
    return { perSecond, p99Ms, cpuUs: (cpuMicroseconds(server?.process.pid) - before) / requests };
  };
  for (const name of NAMES) await measure(name, WARM_UP_SECONDS);
  const rounds = new Map<CaseName, Round[]>(NAMES.map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    say(`round ${round + 1} of ${ROUNDS}`);
    // Each round in another order: none always runs after the same neighbour.
    const order = [...COMPARED.slice(round % COMPARED.length), ...COMPARED.slice(0, round % COMPARED.length)];
    for (const name of order) rounds.get(name)?.push(await measure(name));
  }
  // Last, because what is left of so many spans is sent for seconds after each round, beside whatever runs then.
  for (let round = 0; round < ROUNDS; round += 4) rounds.get('all')?.push(await measure('all'));
  const all = (name: CaseName) => rounds.get(name) ?? [];
  const quiet = (name: CaseName, read: (round: Round) => number) => quantile(all(name).map(read), QUIET);
  // Of the processor time, not of the rate, because the load and the database have the same processors.
  const shareOf = (name: CaseName) => quiet('without', ({ cpuUs }) => cpuUs) / quiet(name, ({ cpuUs }) => cpuUs);
  writeReport({
    postgres: await postgresVersion(postgres.adminUrl),
    tables: [
      {
        heading: `\`GET ${PATH}\` by cookie`,
        columns: ['', 'requests/s', 'p99', 'CPU a request', 'half of the rounds', 'requests of the same CPU', 'aim'],
        rows: NAMES.map((name) => {
          const aim = name === 'without' ? null : AIMS[name];
          const cpu = all(name).map(({ cpuUs }) => cpuUs);
          return [
            CASES[name].title,
            Math.round(
              quantile(
                all(name).map(({ perSecond }) => perSecond),
                1 - QUIET,
              ),
            ).toLocaleString('en'),
            `${quiet(name, ({ p99Ms }) => p99Ms).toFixed(1)} ms`,
            `${Math.round(quantile(cpu, QUIET))} µs`,
            `${Math.round(quantile(cpu, 0.25))} to ${Math.round(quantile(cpu, 0.75))} µs`,
            shareOf(name).toFixed(2),
            aim === null ? '-' : `≥ ${aim.toFixed(2)}`,
          ];
        }),
        notes: [
          `Of ${ROUNDS} rounds of ${SECONDS} s, the first three interleaved and a quarter as many of the last, the quarter in which a request took least: wrk with ` +
            `${CONNECTIONS} connections and the collector were on the same machine. The collector was sent ` +
            `${collector.spans.length.toLocaleString('en')} spans.`,
        ],
      },
    ],
  });
} finally {
  for (const server of Object.values(servers)) server.process.kill();
  await db().$disconnect();
  await dropDatabase(postgres.adminUrl, databaseUrl);
  await postgres.stop();
  await collector.stop();
}
