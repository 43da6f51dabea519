import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { db } from '@/lib/server/database/client';
import { hashWhenFree, verifyPassword, withHashPlace } from '@/lib/server/passwords/hasher';
import { createDatabase, dropDatabase, startPostgres } from '@/tests/support/database/postgres';
import { scansOf } from '@/tests/support/database/scans';
import { BROWSER, fillSessions } from '@/tests/support/database/session-rows';
import { sql } from '@/tests/support/database/sql';
import { countStatements } from '@/tests/support/database/statements';
import { testEnvironment } from '@/tests/support/server/environment';
import { databaseReads } from './database-reads';
import { cpuMicroseconds, drive, type Measured } from './load';
import { plansOf } from './plans';
import { prepareSessions } from './prepared-sessions';
import { growth, isFull, median, postgresVersion, quantity, say, type Table, writeReport } from './report';
import { loginBody, loginOnce, refreshOnce } from './single-requests';
import { type BenchServer, JSON_PATH, LOAD_SETTINGS, ORIGIN, startVariant } from './variants';

const ROUNDS = isFull ? 7 : 3;
const SECONDS = isFull ? 6 : 4;
const SMALL = 10_000;
const LARGE = isFull ? 1_000_000 : 150_000;
/** More than so many clients can renew in a second: no session is renewed twice in a round. */
const RENEWALS_PER_SECOND = { 1: 800, 8: 1_500 } as const;
const PASSWORD = 'seven-lanterns-cross-the-quiet-marsh';
const CLIENTS_OF_STORM = 4;
const COUNTED = 10;
const CORES = availableParallelism();

type Place = { readonly databaseUrl: string; readonly server: BenchServer };

const folder = await mkdtemp(path.join(tmpdir(), 'handstamp-bench-'));
const postgres = await startPostgres();
const opened: { databaseUrl: string; server?: BenchServer }[] = [];

async function open(live: number): Promise<Place> {
  const databaseUrl = await createDatabase(postgres.adminUrl);
  opened.push({ databaseUrl });
  say(`${live.toLocaleString('en')} sessions: filling`);
  await fillSessions(databaseUrl, { live, ended: Math.round(live / 100) });
  const server = await startVariant('product', databaseUrl, LOAD_SETTINGS);
  opened[opened.length - 1] = { databaseUrl, server };
  return { databaseUrl, server };
}

let files = 0;
async function fileOf(lines: readonly string[]): Promise<string> {
  files += 1;
  const file = path.join(folder, `${files}.txt`);
  await writeFile(file, lines.join('\n'));
  return file;
}

type Renewals = Measured & { readonly cpuUs: number };

/** Renews sessions that were never renewed, with so many clients. */
async function renew({ databaseUrl, server }: Place, connections: 1 | 8, seconds = SECONDS): Promise<Renewals> {
  const tokens = await prepareSessions(databaseUrl, RENEWALS_PER_SECOND[connections] * seconds);
  const file = await fileOf(tokens.map((token) => `handstamp-refresh=${token}`));
  const before = cpuMicroseconds(server.process.pid);
  const script = { name: 'refresh.lua', args: [file] };
  const measured = await drive({
    url: `${server.origin}/api/auth/refresh`,
    seconds,
    connections,
    script,
    headers: { origin: ORIGIN, 'user-agent': BROWSER.userAgent },
  });
  return { ...measured, cpuUs: (cpuMicroseconds(server.process.pid) - before) / measured.requests };
}

/** People who can sign in, as bodies of requests. All have one password, hashed once. */
async function prepareLogins(databaseUrl: string, count: number): Promise<string> {
  const hashed = await hashWhenFree('bench', PASSWORD);
  if (!hashed.ok) throw new Error('The password could not be hashed');
  await sql(
    databaseUrl,
    `WITH people AS (
       INSERT INTO "User" (id, email, name)
       SELECT 'login-' || n, 'login-' || n || '@bench.test', 'Login' FROM generate_series(1, $1::int) n RETURNING id
     ) INSERT INTO "Password" ("userId", hash) SELECT id, $2 FROM people`,
    [count, hashed.value],
  );
  return fileOf(Array.from({ length: count }, (_, n) => loginBody(n + 1, PASSWORD)));
}

const logins = ({ server }: Place, file: string, connections: number, seconds: number): Promise<Measured> =>
  drive({
    url: `${server.origin}/api/auth/login`,
    seconds,
    connections,
    headers: { origin: ORIGIN },
    script: { name: 'login.lua', args: [file] },
  });

const CLAIM = { lane: 'known', account: 'bench', network: null } as const;

/** A hash in this process, in the very threads that the server has. */
async function hashMs(): Promise<number> {
  const stored = await hashWhenFree('bench', PASSWORD);
  if (!stored.ok) throw new Error('The password could not be hashed');
  const times: number[] = [];
  for (let round = 0; round < 7; round += 1) {
    const startedAt = performance.now();
    await withHashPlace(CLAIM, (place) => verifyPassword(PASSWORD, stored.value, place));
    times.push(performance.now() - startedAt);
  }
  return median(times);
}

async function storm(place: Place, file: string) {
  const [token = ''] = await prepareSessions(place.databaseUrl, 1);
  const cookie = await refreshOnce(place.server.origin, token);
  const probe = () =>
    drive({ url: `${place.server.origin}${JSON_PATH}`, headers: { cookie }, seconds: SECONDS, connections: 4 });
  await probe();
  const [idle, stormy, signedIn]: [Measured[], Measured[], number[]] = [[], [], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    idle.push(await probe());
    const [during, those] = await Promise.all([probe(), logins(place, file, CLIENTS_OF_STORM, SECONDS)]);
    stormy.push(during);
    signedIn.push(those.requestsPerSecond);
  }
  return { idle, stormy, signedIn: median(signedIn) };
}

const of = (all: readonly Measured[], read: (one: Measured) => number): number => median(all.map(read));
const ms = (value: number): string => `${value.toFixed(1)} ms`;

function stormTable(
  { idle, stormy, signedIn }: Awaited<ReturnType<typeof storm>>,
  alone: number,
  hash: number,
  statements: number,
): Table {
  const ratio = median(stormy.map((one, at) => one.p99Ms / (idle[at]?.p99Ms ?? Number.NaN)));
  return {
    heading: 'Logins',
    columns: ['', 'measured', 'aim'],
    rows: [
      ['one password hash at cost 12, on one core', ms(hash), '-'],
      ['logins a second a core, by the hash alone', (1_000 / hash).toFixed(1), '-'],
      [`logins a second, ${CLIENTS_OF_STORM} clients and nothing else`, alone.toFixed(1), '-'],
      ['the same beside protected requests at full speed', signedIn.toFixed(1), '-'],
      ['statements for one', statements.toFixed(1), '≤ 4'],
      ['p50 of protected requests, idle', ms(of(idle, (one) => one.p50Ms)), '-'],
      ['p50 of protected requests, login storm', ms(of(stormy, (one) => one.p50Ms)), '-'],
      ['p99 of protected requests, idle', ms(of(idle, (one) => one.p99Ms)), '-'],
      ['p99 of protected requests, login storm', ms(of(stormy, (one) => one.p99Ms)), '-'],
      ['p99, storm relative to idle', ratio.toFixed(2), '≤ 3'],
    ],
    notes: [
      `Protected JSON by cookie with 4 connections, alone and beside ${CLIENTS_OF_STORM} clients that sign in one after another: ` +
        `medians of ${ROUNDS} rounds of ${SECONDS} s of each in turn. Server, hashes, database and both load generators share ` +
        `${CORES} cores; one of them is left to the hashes.`,
    ],
  };
}

/** Statements of one request. One after another: load that is cut off leaves statements that belong to no answer. */
async function countPerRequest({ databaseUrl }: Place, request: (n: number) => Promise<unknown>): Promise<number> {
  const { statements } = await countStatements(postgres.adminUrl, databaseUrl, async () => {
    for (let n = 0; n < COUNTED; n += 1) await request(n);
  });
  // The one query a second for all requests together.
  const own = statements.filter(({ sql: text }) => !text.includes('Session_statusNumber_seq'));
  return own.reduce((sum, { calls }) => sum + calls, 0) / COUNTED;
}

async function main(): Promise<void> {
  const small = await open(SMALL);
  Object.assign(process.env, testEnvironment(small.databaseUrl), { APP_ORIGIN: ORIGIN });
  const large = await open(LARGE);

  say('renewals');
  for (const place of [small, large]) await renew(place, 8, 2);
  const [full, atSmall, atLarge]: [Renewals[], Renewals[], Renewals[]] = [[], [], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    full.push(await renew(small, 8));
    const inTurn = round % 2 === 0 ? [small, large] : [large, small];
    for (const place of inTurn) (place === small ? atSmall : atLarge).push(await renew(place, 1));
  }
  const tokens = await prepareSessions(large.databaseUrl, COUNTED + 2);
  const perRefresh = await countPerRequest(large, (n) => refreshOnce(large.server.origin, tokens[n] ?? ''));

  say('logins');
  const file = await prepareLogins(large.databaseUrl, 2_000);
  const login = (n: number) => loginOnce(large.server.origin, loginBody(n + 1, PASSWORD));
  const perLogin = await countPerRequest(large, login);
  const scans = await scansOf(large.databaseUrl, async () => {
    await logins(large, file, 2, 2);
    await refreshOnce(large.server.origin, tokens[COUNTED] ?? '');
  });
  const plans = await plansOf(postgres, large.databaseUrl, async () => {
    await login(COUNTED);
    await refreshOnce(large.server.origin, tokens[COUNTED + 1] ?? '');
  });
  const hash = await hashMs();
  const alone = await logins(large, file, CLIENTS_OF_STORM, SECONDS);
  const stormy = await storm(large, file);

  const perSecond = median(full.map((one) => one.requestsPerSecond));
  const [p50s, p99s] = [
    median(atLarge.map((one, at) => one.p50Ms / (atSmall[at]?.p50Ms ?? Number.NaN))),
    median(atLarge.map((one, at) => one.p99Ms / (atSmall[at]?.p99Ms ?? Number.NaN))),
  ];
  writeReport({
    postgres: await postgresVersion(postgres.adminUrl),
    tables: [
      {
        heading: 'Refreshes',
        columns: ['', 'measured', 'aim'],
        rows: [
          ['refreshes a second, 8 clients', perSecond.toFixed(0), '-'],
          [`the same a core, of ${CORES}`, (perSecond / CORES).toFixed(0), '≥ 240'],
          ['CPU of the server for one', quantity(median(full.map((one) => one.cpuUs)), 'time'), '-'],
          ['statements for one', perRefresh.toFixed(1), '1'],
          [`p50 of one client, ${SMALL.toLocaleString('en')} sessions`, ms(of(atSmall, (one) => one.p50Ms)), '-'],
          [`p50 of one client, ${LARGE.toLocaleString('en')} sessions`, ms(of(atLarge, (one) => one.p50Ms)), '-'],
          ['p50, the second relative to the first', growthOf(p50s), '≤ 1.3'],
          ['p99, the second relative to the first', growthOf(p99s), '-'],
        ],
        notes: [
          `Every refresh rotates a session that was not renewed before. Medians of ${ROUNDS} rounds of ${SECONDS} s of each in ` +
            'turn; server, database and load generator share the machine.',
        ],
      },
      stormTable(stormy, alone.requestsPerSecond, hash, perLogin),
      ...databaseReads(LARGE, scans, plans),
    ],
  });
}

const growthOf = (ratio: number): string => growth(1, ratio);

try {
  await main();
} finally {
  for (const { server } of opened) server?.process.kill();
  await db().$disconnect();
  for (const { databaseUrl } of opened) await dropDatabase(postgres.adminUrl, databaseUrl);
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
