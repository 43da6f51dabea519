import { db } from '@/lib/server/database/client';
import { createDatabase, dropDatabase, startPostgres } from '@/tests/support/database/postgres';
import { beginningOf, countStatements } from '@/tests/support/database/statements';
import { testEnvironment } from '@/tests/support/server/environment';
import { cpuMicroseconds, drive, type Measured } from './load';
import { newSession } from './prepared-sessions';
import { isFull, median, postgresVersion, quantile, say, type Table, writeReport } from './report';
import { type BenchServer, JSON_PATH, LOAD_SETTINGS, PAGE_PATH, startVariant, type Variant } from './variants';

const CONNECTIONS = 16;
/** Many short rounds: what disturbs a machine for some seconds spoils a few of them, and no median. */
const ROUNDS = isFull ? 21 : 5;
const SECONDS = 2;
type Case = {
  readonly name: string;
  readonly variant: Variant;
  readonly path: string;
  readonly as: 'nobody' | 'cookie' | 'bearer';
};

const CASES = {
  openJson: { name: 'JSON, unprotected', variant: 'open', path: JSON_PATH, as: 'nobody' },
  emptyJson: { name: 'JSON, unprotected, behind an empty middleware', variant: 'empty', path: JSON_PATH, as: 'nobody' },
  emptyJsonSame: {
    name: 'JSON, unprotected, behind an empty middleware, sent the same cookies',
    variant: 'empty',
    path: JSON_PATH,
    as: 'cookie',
  },
  cookieJson: { name: 'JSON, protected, by cookie', variant: 'product', path: JSON_PATH, as: 'cookie' },
  bearerJson: { name: 'JSON, protected, by Bearer', variant: 'product', path: JSON_PATH, as: 'bearer' },
  openPage: { name: 'page, unprotected', variant: 'open', path: PAGE_PATH, as: 'nobody' },
  emptyPage: { name: 'page, unprotected, behind an empty middleware', variant: 'empty', path: PAGE_PATH, as: 'nobody' },
  emptyPageSame: {
    name: 'page, unprotected, behind an empty middleware, sent the same cookies',
    variant: 'empty',
    path: PAGE_PATH,
    as: 'cookie',
  },
  cookiePage: { name: 'page, protected, by cookie', variant: 'product', path: PAGE_PATH, as: 'cookie' },
} as const satisfies Record<string, Case>;
type CaseName = keyof typeof CASES;
const NAMES = Object.keys(CASES) as CaseName[];

/** The aims that DECISIONS 32 speaks of: one case relative to another, and the least that it should be. */
const RATIOS: readonly (readonly [what: string, of: CaseName, to: CaseName, least: number | null])[] = [
  ['protected JSON by cookie, to the empty middleware', 'cookieJson', 'emptyJson', 0.9],
  ['the same, where both are sent the same cookies', 'cookieJson', 'emptyJsonSame', null],
  ['protected JSON by cookie, to the unprotected route', 'cookieJson', 'openJson', 0.8],
  ['protected JSON by Bearer, to the unprotected route', 'bearerJson', 'openJson', 0.9],
  ['protected page, to the unprotected page', 'cookiePage', 'openPage', 0.8],
  ['protected page, to the page behind an empty middleware', 'cookiePage', 'emptyPage', null],
  ['the same, where both are sent the same cookies', 'cookiePage', 'emptyPageSame', 0.9],
  ['an empty middleware alone, JSON', 'emptyJson', 'openJson', null],
  ['an empty middleware alone, page', 'emptyPage', 'openPage', null],
];

type Round = Measured & { readonly cpuUs: number };

async function main(): Promise<void> {
  const postgres = await startPostgres();
  const databaseUrl = await createDatabase(postgres.adminUrl);
  const servers: Partial<Record<Variant, BenchServer>> = {};
  try {
    Object.assign(process.env, testEnvironment(databaseUrl));
    Object.assign(process.env, LOAD_SETTINGS);
    servers.open = await startVariant('open', databaseUrl);
    servers.empty = await startVariant('empty', databaseUrl);
    servers.product = await startVariant('product', databaseUrl, LOAD_SETTINGS);
    const { accessToken, cookieHeader } = await newSession();
    const headersFor = {
      nobody: {},
      cookie: { cookie: cookieHeader },
      bearer: { authorization: `Bearer ${accessToken}` },
    };
    const loadOf = ({ variant, path, as }: Case, seconds: number) => ({
      url: `${servers[variant]?.origin}${path}`,
      headers: headersFor[as],
      seconds,
      connections: CONNECTIONS,
    });
    const { statements, total, requests } = await countProtected(postgres.adminUrl, databaseUrl, async () => {
      let sum = 0;
      for (const name of NAMES) sum += (await drive(loadOf(CASES[name], 2))).requests;
      const script = { name: 'forged.lua', args: [accessToken.slice(0, accessToken.lastIndexOf('.'))] };
      const forged = await drive({ ...loadOf(CASES.bearerJson, 2), headers: {}, script, isRefused: true });
      return sum + forged.requests;
    });

    const rounds = new Map<CaseName, Round[]>(NAMES.map((name) => [name, []]));
    for (let round = 0; round < ROUNDS; round += 1) {
      say(`round ${round + 1} of ${ROUNDS}`);
      // Each round in another order: none always runs after the same neighbour.
      for (const name of rotated(NAMES, round)) {
        const one = CASES[name];
        const pid = servers[one.variant]?.process.pid;
        const before = cpuMicroseconds(pid);
        const measured = await drive(loadOf(one, SECONDS));
        rounds.get(name)?.push({ ...measured, cpuUs: (cpuMicroseconds(pid) - before) / measured.requests });
      }
    }
    writeReport({
      postgres: await postgresVersion(postgres.adminUrl),
      tables: [rates(rounds), ratios(rounds), costs(cookieHeader, total, requests, statements)],
    });
  } finally {
    for (const server of Object.values(servers)) server.process.kill();
    await db().$disconnect();
    await dropDatabase(postgres.adminUrl, databaseUrl);
    await postgres.stop();
  }
}

const rotated = <T>(all: readonly T[], by: number): T[] => [
  ...all.slice(by % all.length),
  ...all.slice(0, by % all.length),
];

async function countProtected(adminUrl: string, databaseUrl: string, work: () => Promise<number>) {
  const { result, total, statements } = await countStatements(adminUrl, databaseUrl, work);
  return {
    requests: result,
    total,
    statements: statements.map(({ sql, calls }) => `${calls} × \`${beginningOf(sql)}\``),
  };
}

type Rounds = ReadonlyMap<CaseName, readonly Round[]>;
const medianOf = (rounds: Rounds, name: CaseName, read: (round: Round) => number): number =>
  median((rounds.get(name) ?? []).map(read));

function rates(rounds: Rounds): Table {
  return {
    heading: 'Requests',
    columns: ['', 'requests/s', 'p50', 'p99', 'CPU a request'],
    rows: NAMES.map((name) => [
      CASES[name].name,
      Math.round(medianOf(rounds, name, (round) => round.requestsPerSecond)).toLocaleString('en'),
      `${medianOf(rounds, name, (round) => round.p50Ms).toFixed(1)} ms`,
      `${medianOf(rounds, name, (round) => round.p99Ms).toFixed(1)} ms`,
      `${Math.round(medianOf(rounds, name, (round) => round.cpuUs))} µs`,
    ]),
    notes: [
      `Medians of ${ROUNDS} rounds of ${SECONDS} s, interleaved, wrk with ${CONNECTIONS} connections on the same machine. ` +
        `Three production servers: the product, and its two routes without protection with and without a middleware.`,
    ],
  };
}

function ratios(rounds: Rounds): Table {
  return {
    heading: 'Ratios in this run',
    columns: ['', 'measured', 'half of the rounds', 'aim'],
    rows: RATIOS.map(([what, of, to, least]) => {
      // Round by round: what the machine did to one of them it did to the other.
      const each = (rounds.get(of) ?? []).map(
        (round, at) => round.requestsPerSecond / (rounds.get(to)?.[at]?.requestsPerSecond ?? Number.NaN),
      );
      const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => quantile(each, share).toFixed(2));
      return [what, middle ?? '', `${low} to ${high}`, least === null ? '-' : `≥ ${least.toFixed(2)}`];
    }),
    notes: ['Medians of the ratios of each round, and the range in which the middle half of them lies.'],
  };
}

function costs(cookieHeader: string, total: number, requests: number, statements: readonly string[]): Table {
  return {
    heading: 'What else a request costs',
    columns: ['', 'measured', 'aim'],
    rows: [
      [
        'SQL statements, all cases and forged tokens together',
        `${total} in ${requests.toLocaleString('en')} requests`,
        'one a second',
      ],
      ['bytes of cookies', String(cookieHeader.length), '≤ 800'],
    ],
    notes: [`PostgreSQL counted: ${statements.join('; ') || 'none'}.`],
  };
}

await main();
