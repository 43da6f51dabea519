import { setTimeout as sleep } from 'node:timers/promises';
import { db } from '@/lib/server/database/client';
import { hashWhenFree } from '@/lib/server/passwords/hasher';
import { createDatabase, dropDatabase, startPostgres } from '@/tests/support/database/postgres';
import { sql } from '@/tests/support/database/sql';
import {
  ENDPOINTS,
  type Endpoint,
  newAddress,
  newNetwork,
  PASSWORD,
  post,
  type Visitor,
} from '@/tests/support/http/address-endpoints';
import { appearanceOf } from '@/tests/support/http/appearance';
import type { RequestOptions } from '@/tests/support/http/requests';
import { startSmtpSink } from '@/tests/support/http/smtp-sink';
import { testEnvironment } from '@/tests/support/server/environment';
import { isFull, median, postgresVersion, quantile, say, type Table, writeReport } from './report';
import { BOUND, type Comparison, compareTimes } from './told-apart';
import { ORIGIN, startVariant } from './variants';

/** A pair is a request for a known and one for an unknown address. */
const PAIRS = isFull ? 300 : 40;
/** Pairs before them, which do not count, until the server has compiled what runs. */
const WARM_UP_PAIRS = 5;
/** Pairs between two emptyings of the limits. */
const BLOCK_PAIRS = 20;
/** The drain looks once more for mail when the last one is gone. */
const SETTLE_MS = 20;
const POLL_MS = 20;

const KINDS = ['known', 'unknown'] as const;
type Kind = (typeof KINDS)[number];
type Measured = {
  readonly name: string;
  readonly times: Readonly<Record<Kind, readonly number[]>>;
  /** Every different answer there was. */
  readonly appearances: readonly string[];
};

const postgres = await startPostgres();
const databaseUrl = await createDatabase(postgres.adminUrl);
Object.assign(process.env, testEnvironment(databaseUrl), { APP_ORIGIN: ORIGIN });
const mailServer = await startSmtpSink();
const server = await startVariant('product', databaseUrl, {
  APP_ORIGIN: ORIGIN,
  TRUSTED_PROXY_HOPS: '1',
  SMTP_URL: mailServer.url,
});

/** People who have an account, by one statement. All have one password, hashed once. */
async function createPeople(count: number): Promise<string[]> {
  const hashed = await hashWhenFree('bench', PASSWORD);
  if (!hashed.ok) throw new Error('The password could not be hashed');
  const emails = Array.from({ length: count }, newAddress);
  await sql(
    databaseUrl,
    `WITH people AS (
       INSERT INTO "User" (id, email, name) SELECT email, email, 'Person' FROM unnest($1::text[]) email RETURNING id
     ) INSERT INTO "Password" ("userId", hash) SELECT id, $2 FROM people`,
    [emails, hashed.value],
  );
  for (const table of ['User', 'Password']) await sql(databaseUrl, `VACUUM ANALYZE "${table}"`);
  return emails;
}

/** Waits until all mail is out, which begins a random moment after its answer: it must not slow the next request. */
async function untilQuiet(): Promise<void> {
  while ((await db().outbox.count()) > 0) await sleep(POLL_MS);
  await sleep(SETTLE_MS);
}

async function measure({ name, path, status, prepare }: Endpoint, known: string[], pairs: number): Promise<Measured> {
  const times: Record<Kind, number[]> = { known: [], unknown: [] };
  const appearances = new Set<string>();
  for (let done = 0; done < pairs; done += BLOCK_PAIRS) {
    // All strangers together cause 300 mails a minute: one request after another would meet that limit sooner or later.
    await db().rateLimit.deleteMany();
    const waiting: { kind: Kind; visitor: Visitor; request: RequestOptions }[] = [];
    for (const kind of inPairs(Math.min(BLOCK_PAIRS, pairs - done))) {
      const visitor = { email: kind === 'known' ? (known.pop() ?? '') : newAddress(), network: newNetwork() };
      waiting.push({ kind, visitor, request: await prepare(visitor, server.port) });
    }
    await untilQuiet();
    for (const { kind, visitor, request } of waiting) {
      const startedAt = performance.now();
      const answer = await post(server.port, visitor, path, status, request);
      times[kind].push(performance.now() - startedAt);
      appearances.add(JSON.stringify(appearanceOf(answer)));
      await untilQuiet();
    }
  }
  return { name, times, appearances: [...appearances] };
}

/** By turns, and by chance which of two goes first: the test of ranks asks for values that know nothing of each other. */
function inPairs(count: number): Kind[] {
  return Array.from({ length: count }, (): Kind[] =>
    Math.random() < 0.5 ? ['known', 'unknown'] : ['unknown', 'known'],
  ).flat();
}

const ms = (value: number): string => `${value.toFixed(2)} ms`;
const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
const probability = (p: number): string => (p < 0.0001 ? '< 0.0001' : p.toFixed(4));
const inWords = ({ differenceMs, share, p }: Comparison): string =>
  `the medians are ${ms(differenceMs)} (${percent(share)}) apart, p ${probability(p)}`;

/** Why an endpoint tells who has an account, in sentences. */
function faultsOf({ name, times, appearances }: Measured): string[] {
  const compared = compareTimes(times.known, times.unknown);
  return [
    ...(appearances.length > 1
      ? [`${name}: answers differ in more than their time: ${appearances.join(' and ')}`]
      : []),
    ...(compared.areAlike ? [] : [`${name}: its time tells who has an account: ${inWords(compared)}, aim ${BOUND}`]),
  ];
}

function tablesOf(all: readonly Measured[]): Table[] {
  const timesOf = ({ name, times }: Measured) =>
    KINDS.map((kind) => [
      `${name}, ${kind}`,
      ms(quantile(times[kind], 0.05)),
      ms(median(times[kind])),
      ms(quantile(times[kind], 0.95)),
    ]);
  const comparisonOf = ({ name, times, appearances }: Measured) => {
    const { differenceMs, share, p, areAlike } = compareTimes(times.known, times.unknown);
    const holds = areAlike && appearances.length === 1 ? 'yes' : 'no';
    return [name, ms(differenceMs), percent(share), probability(p), String(appearances.length), holds];
  };
  return [
    { heading: 'Time of an answer', columns: ['', 'p5', 'median', 'p95'], rows: all.flatMap(timesOf), notes: [] },
    {
      heading: 'Known less unknown',
      columns: ['', 'medians', 'of the smaller', 'p', 'different answers', 'holds'],
      rows: all.map(comparisonOf),
      notes: [
        `${PAIRS} requests of each kind, by turns, one at a time, each for another address and from another network, while no ` +
          'mail is on its way. Two-sided p of the test of Mann and Whitney. Different answers: by status, body and headers ' +
          `without dates and the values of cookies. Aim: ${BOUND}; one answer.`,
      ],
    },
  ];
}

try {
  const known = await createPeople(ENDPOINTS.length * (WARM_UP_PAIRS + PAIRS));
  const all: Measured[] = [];
  for (const endpoint of ENDPOINTS) {
    say(endpoint.name);
    await measure(endpoint, known, WARM_UP_PAIRS);
    all.push(await measure(endpoint, known, PAIRS));
  }
  const version = await postgresVersion(postgres.adminUrl);
  writeReport({ postgres: version, tables: tablesOf(all), faults: all.flatMap(faultsOf) });
} finally {
  server.process.kill();
  await mailServer.stop();
  await db().$disconnect();
  await dropDatabase(postgres.adminUrl, databaseUrl);
  await postgres.stop();
}
