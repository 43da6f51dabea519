import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { db } from '@/lib/server/database/client';
import { asAdmin, createDatabase, dropDatabase, nameOf, startPostgres } from '@/tests/support/database/postgres';
import { fillSessions } from '@/tests/support/database/session-rows';
import { sql } from '@/tests/support/database/sql';
import { plainEnvironment, REPOSITORY, testEnvironment } from '@/tests/support/server/environment';
import { prepareSessions } from './prepared-sessions';
import { isFull, median, postgresVersion, quantile, quantity, say, type Table, writeReport } from './report';
import { refreshOnce } from './single-requests';
import { LOAD_SETTINGS, startVariant } from './variants';

const SCALE = isFull ? 1 : 0.1;
const [SESSIONS, EVENTS, REVOCATIONS] = [1_000_000 * SCALE, 300_000 * SCALE, 100_000 * SCALE];
const CLIENTS = 50;
/** Of a client, between two renewals. */
const THINK_MS = 500;
/** Sessions of a client: it comes back to one after more than the grace. */
const SESSIONS_EACH = 40;
const ROUNDS = 3;
const IDLE_SECONDS = isFull ? 20 : 8;
const LONGEST_BATCH_MS = 250;
const MOST_SLOWER = 2;

const postgres = await startPostgres();
const databaseUrl = await createDatabase(postgres.adminUrl);
const env = { ...testEnvironment(databaseUrl), ...LOAD_SETTINGS };
Object.assign(process.env, env);
await fillSessions(databaseUrl, { live: 20_000, ended: 200 });

/** What cleaning has to do: all of it has outlived its time. */
const EXPIRED = [
  `INSERT INTO "Session" (id, "userId", kind, "secretHash", "idleSeconds", "idleExpiresAt", "absoluteExpiresAt", remember, amr)
   SELECT 'expired ' || n, (SELECT id FROM "User" LIMIT 1), 'browser', sha256(n::text::bytea), 604800,
     now() - interval '61 days', now() - interval '31 days' - n * interval '1 second', true, '{pwd}'
   FROM generate_series(1, ${SESSIONS}) n`,
  `INSERT INTO "AuditEvent" (type, "userId", at, ip) SELECT 'signed_in', (SELECT id FROM "User" LIMIT 1),
     now() - interval '181 days' - n * interval '1 second', '192.0.2.1' FROM generate_series(1, ${EVENTS}) n`,
  `INSERT INTO "Revocation" ("statusNumber", "keepUntil")
   SELECT 1000000000 + n, now() - interval '1 second' FROM generate_series(1, ${REVOCATIONS}) n`,
];
async function fillExpired(): Promise<void> {
  for (const statement of EXPIRED) await sql(databaseUrl, statement);
  for (const table of ['Session', 'AuditEvent', 'Revocation']) await sql(databaseUrl, `VACUUM ANALYZE "${table}"`);
}
const left = async (): Promise<number> => {
  const [row] = await sql<{ n: number }>(
    databaseUrl,
    `SELECT ((SELECT count(*) FROM "Session" WHERE id LIKE 'expired %') + (SELECT count(*) FROM "AuditEvent" WHERE at < now() - interval '180 days')
       + (SELECT count(*) FROM "Revocation" WHERE "statusNumber" > 1000000000))::int AS n`,
  );
  return row?.n ?? Number.NaN;
};

const server = await startVariant('product', databaseUrl, LOAD_SETTINGS);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const times: { readonly at: number; readonly ms: number }[] = [];
let isOver = false;

/** One client, which renews its sessions in turn, each past the grace: every renewal writes to the table that is cleaned. */
async function live(tokens: string[], number: number): Promise<void> {
  await pause((number * THINK_MS) / CLIENTS);
  for (let n = 0; !isOver; n = (n + 1) % tokens.length) {
    const at = performance.now();
    const cookies = await refreshOnce(server.origin, tokens[n] ?? '');
    times.push({ at, ms: performance.now() - at });
    tokens[n] = /handstamp-refresh=([^;]+)/.exec(cookies)?.[1] ?? tokens[n] ?? '';
    await pause(THINK_MS);
  }
}
const p99 = (since: number, until = performance.now()) =>
  quantile(
    times.filter(({ at }) => at >= since && at < until).map(({ ms }) => ms),
    0.99,
  );

const startCleaning = () =>
  spawn(
    process.execPath,
    [
      '--conditions=react-server',
      '--import',
      './scripts/typescript.mjs',
      path.join(REPOSITORY, 'lib/server/cli/clean.ts'),
    ],
    { cwd: REPOSITORY, env: Object.assign(plainEnvironment(), env), stdio: ['ignore', 'ignore', 'inherit'] },
  );

/** The longest statement that deleted, since they were forgotten. */
const longestBatch = (isToForget: boolean) =>
  asAdmin(postgres.adminUrl, async (admin) => {
    await admin.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
    const { rows } = await admin.query<{ ms: number }>(
      `SELECT coalesce(max(max_exec_time), 0) AS ms FROM pg_stat_statements
       WHERE dbid = (SELECT oid FROM pg_database WHERE datname = $1) AND query LIKE '%DELETE FROM%SKIP LOCKED%'`,
      [nameOf(databaseUrl)],
    );
    if (isToForget) await admin.query('SELECT pg_stat_statements_reset()');
    return rows[0]?.ms ?? 0;
  });

const tokens = await prepareSessions(databaseUrl, CLIENTS * SESSIONS_EACH);
const clients = Array.from({ length: CLIENTS }, (_, n) =>
  live(tokens.slice(n * SESSIONS_EACH, (n + 1) * SESSIONS_EACH), n),
);
const rounds: { idleMs: number; cleaningMs: number; tookMs: number }[] = [];
await longestBatch(true);
await pause(3_000);
for (let round = 0; round < ROUNDS; round += 1) {
  await fillExpired();
  await sql(databaseUrl, 'CHECKPOINT');
  const idleFrom = performance.now();
  await pause(IDLE_SECONDS * 1_000);
  const cleaning = startCleaning();
  const cleaningFrom = performance.now();
  const [code] = await once(cleaning, 'close');
  if (code !== 0 || (await left()) > 0)
    throw new Error(`Cleaning ended with ${code}, and ${await left()} rows are left`);
  rounds.push({
    idleMs: p99(idleFrom, cleaningFrom),
    cleaningMs: p99(cleaningFrom),
    tookMs: performance.now() - cleaningFrom,
  });
  say(JSON.stringify(rounds.at(-1)));
}
const longestMs = await longestBatch(false);

await fillExpired();
const killed = startCleaning();
const before = await left();
while ((await left()) > before / 2) await pause(200);
killed.kill('SIGKILL');
await once(killed, 'close');
const afterKill = await left();
const [again] = await once(startCleaning(), 'close');
const atTheEnd = await left();
isOver = true;
await Promise.all(clients);

const idleMs = median(rounds.map((round) => round.idleMs));
const cleaningMs = median(rounds.map((round) => round.cleaningMs));
const faults = [
  ...(cleaningMs > MOST_SLOWER * idleMs
    ? [`Clients wait ${(cleaningMs / idleMs).toFixed(1)} times as long while it cleans.`]
    : []),
  ...(longestMs > LONGEST_BATCH_MS ? [`The longest batch took ${longestMs.toFixed(0)} ms.`] : []),
  ...(again !== 0 || atTheEnd > 0 ? [`After a kill, the next run ended with ${again} and left ${atTheEnd} rows.`] : []),
];
const table: Table = {
  heading: `Cleaning ${SESSIONS.toLocaleString('en')} sessions, ${EVENTS.toLocaleString('en')} events and ${REVOCATIONS.toLocaleString('en')} revocations under ${CLIENTS} clients`,
  columns: ['', 'measured', 'aim'],
  rows: [
    ['99 of 100 renewals, idle', quantity(idleMs * 1_000, 'time'), '-'],
    ['99 of 100 renewals while it cleans', quantity(cleaningMs * 1_000, 'time'), '-'],
    ['the second relative to the first', (cleaningMs / idleMs).toFixed(2), `≤ ${MOST_SLOWER}`],
    ['the longest batch', quantity(longestMs * 1_000, 'time'), `≤ ${LONGEST_BATCH_MS} ms`],
    ['the whole of it', quantity(median(rounds.map(({ tookMs }) => tookMs)) * 1_000, 'time'), '-'],
    ['left when it was killed half-way, and after the next run', `${afterKill}, ${atTheEnd}`, '0 in the end'],
  ],
  notes: [`Medians of ${ROUNDS} rounds. Each client renews its session every ${THINK_MS} ms.`],
};
writeReport({ postgres: await postgresVersion(postgres.adminUrl), tables: [table], faults });
server.process.kill();
await db().$disconnect();
await dropDatabase(postgres.adminUrl, databaseUrl);
await postgres.stop();
