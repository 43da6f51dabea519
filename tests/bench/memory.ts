import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { db } from '@/lib/server/database/client';
import { createDatabase, dropDatabase, startPostgres } from '@/tests/support/database/postgres';
import { testEnvironment } from '@/tests/support/server/environment';
import { drive, type Load } from './load';
import { newSession } from './prepared-sessions';
import { growth, isFull, postgresVersion, quantity, say, writeReport } from './report';
import { JSON_PATH, LOAD_SETTINGS, PAGE_PATH, startVariant } from './variants';

const FIRST = 10_000;
const LAST = isFull ? 1_000_000 : 60_000;
const CONNECTIONS = 16;
const SLICE_SECONDS = 4;

type Usage = { readonly rss: number; readonly heapUsed: number; readonly external: number };

const folder = await mkdtemp(path.join(tmpdir(), 'handstamp-bench-'));
const file = path.join(folder, 'memory.json');
const postgres = await startPostgres();
const databaseUrl = await createDatabase(postgres.adminUrl);
Object.assign(process.env, testEnvironment(databaseUrl), LOAD_SETTINGS);
const probe = new URL('memory-probe.mjs', import.meta.url).href;
const env = { ...LOAD_SETTINGS, BENCH_MEMORY_FILE: file };
const server = await startVariant('product', databaseUrl, env, ['--expose-gc', '--import', probe]);

async function usage(): Promise<Usage> {
  await rm(file, { force: true });
  server.process.kill('SIGUSR2');
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => null);
    if (text !== null) return JSON.parse(text) as Usage;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A turn of each kind of request, with a session of its own. Returns how many were answered. */
async function turn(): Promise<number> {
  const { accessToken, cookieHeader: cookie } = await newSession();
  const to = (address: string, headers: Record<string, string>, seconds = SLICE_SECONDS): Load => ({
    url: `${server.origin}${address}`,
    headers,
    seconds,
    connections: CONNECTIONS,
  });
  const forged = { name: 'forged.lua', args: [accessToken.slice(0, accessToken.lastIndexOf('.'))] };
  const measured = [
    await drive(to(JSON_PATH, { cookie })),
    await drive(to(JSON_PATH, { authorization: `Bearer ${accessToken}` })),
    await drive({ ...to(JSON_PATH, {}), script: forged, isRefused: true }),
    await drive(to(PAGE_PATH, { cookie }, 1)),
  ];
  return measured.reduce((sum, { requests }) => sum + requests, 0);
}

try {
  let requests = 0;
  const until = async (count: number) => {
    while (requests < count) {
      requests += await turn();
      say(`${requests.toLocaleString('en')} requests`);
    }
    return { requests, ...(await usage()) };
  };
  const [first, last] = [await until(FIRST), await until(LAST)];
  const row = (name: string, read: (usage: Usage) => number, aim: string) => [
    name,
    quantity(read(first), 'bytes'),
    quantity(read(last), 'bytes'),
    growth(read(first), read(last)),
    aim,
  ];
  writeReport({
    postgres: await postgresVersion(postgres.adminUrl),
    tables: [
      {
        heading: 'After a collection of garbage',
        columns: ['requests', first.requests.toLocaleString('en'), last.requests.toLocaleString('en'), 'growth', 'aim'],
        rows: [
          row('heap and buffers in use', ({ heapUsed, external }) => heapUsed + external, '≤ 1.2'),
          row('resident memory of the process', ({ rss }) => rss, '≤ 1.2'),
        ],
        notes: [
          'In turn protected JSON by cookie, by Bearer, with forged tokens that are all different, and a protected page; each turn ' +
            'with a new session. Until the first column everything has been loaded and compiled.',
        ],
      },
    ],
  });
} finally {
  server.process.kill();
  await db().$disconnect();
  await dropDatabase(postgres.adminUrl, databaseUrl);
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
