import { db } from '@/lib/server/database/client';
import { createVerifier } from '@/lib/verifier/verifier';
import { createDatabase, dropDatabase, startPostgres } from '@/tests/support/database/postgres';
import { testEnvironment } from '@/tests/support/server/environment';
import { newSession } from './prepared-sessions';
import { isFull, postgresVersion, say, type Table, writeReport } from './report';
import { EDGE_PATH, LOAD_SETTINGS, ORIGIN, startVariant } from './variants';

const SIGN_OUTS = isFull ? 100 : 20;
/** So many are followed at once. */
const LANES = 5;
const LOOK_EVERY_MS = 25;
/** A token this old needs its list; younger ones are vouched for by the database that has just issued them. */
const OLD_ENOUGH_MS = 4_000;

type Seen = { readonly edgeMs: number; readonly verifierMs: number };
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const postgres = await startPostgres();
const databaseUrl = await createDatabase(postgres.adminUrl);
Object.assign(process.env, testEnvironment(databaseUrl), LOAD_SETTINGS);
const server = await startVariant('product', databaseUrl, LOAD_SETTINGS);
const verifier = createVerifier({ issuer: ORIGIN, audience: ORIGIN, fetchOrigin: server.origin });

/** From the answer to the sign-out until the token is refused, by each. Both look all the time, as traffic would. */
async function signOutOnce(ageMs: number): Promise<Seen> {
  const { accessToken, cookieHeader: cookie } = await newSession();
  const byEdge = async () => {
    const answer = await fetch(`${server.origin}${EDGE_PATH}`, {
      headers: { cookie: `handstamp-access=${accessToken}` },
      redirect: 'manual',
    });
    await answer.arrayBuffer();
    return answer.status === 303;
  };
  const byVerifier = async () => !(await verifier.verify(accessToken)).ok;
  if ((await byEdge()) || (await byVerifier())) throw new Error('A good token was refused');
  // At any moment between two looks at the list.
  await sleep(ageMs + Math.random() * 2_000);
  const headers = { cookie, origin: ORIGIN };
  const answer = await fetch(`${server.origin}/api/auth/logout`, { method: 'POST', headers });
  if (!answer.ok) throw new Error(`The sign-out failed: ${answer.status}`);
  const startedAt = performance.now();
  const [edgeMs, verifierMs] = await Promise.all([msUntil(byEdge, startedAt), msUntil(byVerifier, startedAt)]);
  return { edgeMs, verifierMs };
}

async function msUntil(isRefused: () => Promise<boolean>, startedAt: number): Promise<number> {
  while (!(await isRefused())) {
    if (performance.now() - startedAt > 20_000) throw new Error('The sign-out was never seen');
    await sleep(LOOK_EVERY_MS);
  }
  return performance.now() - startedAt;
}

async function measure(ageMs: number): Promise<Seen[]> {
  const seen: Seen[] = [];
  const lane = async () => {
    while (seen.length < SIGN_OUTS) seen.push(await signOutOnce(ageMs));
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return seen.slice(0, SIGN_OUTS);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

function row(name: string, all: readonly Seen[], read: (seen: Seen) => number): string[] {
  const values = all.map(read);
  const seconds = [0.5, 0.99, 1].map((share) => `${(quantile(values, share) / 1_000).toFixed(2)} s`);
  return [name, ...seconds, '≤ 5 s'];
}

try {
  say(`${SIGN_OUTS} sign-outs of tokens in use`);
  const used = await measure(OLD_ENOUGH_MS);
  say(`${SIGN_OUTS} sign-outs of tokens just issued`);
  const fresh = await measure(0);
  const table: Table = {
    heading: 'From the answer to the sign-out until the access token is refused',
    columns: ['', 'p50', 'p99', 'longest', 'aim of p99'],
    rows: [
      row('edge middleware', used, ({ edgeMs }) => edgeMs),
      row('separate verifier', used, ({ verifierMs }) => verifierMs),
      row('edge middleware, token up to 2 s old', fresh, ({ edgeMs }) => edgeMs),
      row('separate verifier, token up to 2 s old', fresh, ({ verifierMs }) => verifierMs),
    ],
    notes: [
      `${SIGN_OUTS} sign-outs of each kind at random moments, each token tried every ${LOOK_EVERY_MS} ms. The edge is seen by a route ` +
        'that nothing but the middleware protects; the data access layer of the same process refuses at once.',
    ],
  };
  writeReport({ postgres: await postgresVersion(postgres.adminUrl), tables: [table] });
} finally {
  server.process.kill();
  await db().$disconnect();
  await dropDatabase(postgres.adminUrl, databaseUrl);
  await postgres.stop();
}
