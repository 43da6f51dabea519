import { createDatabase, dropDatabase, startPostgres } from '@/tests/support/database/postgres';
import { fillSessions, type Scale } from '@/tests/support/database/session-rows';
import { testEnvironment } from '@/tests/support/server/environment';
import { runProgram } from './program';
import { growth, isFull, postgresVersion, quantity, ROUNDS, say, type Table, writeReport } from './report';
import type { IssuerInput, IssuerNumbers } from './status-lists-issuer';
import type { VerifierInput, VerifierNumbers } from './status-lists-verifier';

/** The first is what the others are compared with. */
const SCALES: readonly Scale[] = isFull
  ? [
      { live: 10_000, ended: 100 },
      { live: 1_000_000, ended: 100 },
      { live: 1_000_000, ended: 10_000 },
    ]
  : [
      { live: 10_000, ended: 100 },
      { live: 150_000, ended: 1_500 },
    ];
/** CPU is measured in rounds of so long; a quick run makes one. */
const POLL_SECONDS = isFull ? 4 : 2;
const POLL_ROUNDS = isFull ? 5 : 1;
/** Revocations are kept 960 s: so many alive stand for so many a second. */
const RETENTION_SECONDS = 960;

type Numbers = { readonly scale: Scale; readonly issuer: IssuerNumbers; readonly verifier: VerifierNumbers };

async function measure(adminUrl: string, scale: Scale): Promise<Numbers> {
  const databaseUrl = await createDatabase(adminUrl);
  try {
    say(`${scale.live.toLocaleString('en')} live sessions, ${scale.ended.toLocaleString('en')} ended: filling`);
    await fillSessions(databaseUrl, scale);
    say('the issuer');
    const input: IssuerInput = {
      ended: scale.ended,
      pollRounds: POLL_ROUNDS,
      pollSeconds: POLL_SECONDS,
      endedPerSecond: Math.ceil(scale.ended / RETENTION_SECONDS),
    };
    const env = testEnvironment(databaseUrl);
    const issuer = await runProgram<IssuerNumbers>('status-lists-issuer.ts', env, input);
    say('a verifier');
    const { lists, jwks, issuer: origin, issuedAt, tokens } = issuer;
    const facts: VerifierInput = { lists, jwks, issuer: origin, issuedAt, tokens };
    const verifier = await runProgram<VerifierNumbers>('status-lists-verifier.ts', {}, facts);
    return { scale, issuer, verifier };
  } finally {
    await dropDatabase(adminUrl, databaseUrl);
  }
}

/** Shares of a core below this cannot be told from the process's own unrest. */
const NOISE_CPU = 0.003;

type Kind = 'time' | 'bytes' | 'cpu' | 'count';

const shown = (value: number, kind: Kind): string => {
  if (kind === 'cpu') return value < NOISE_CPU ? '< 0.3 %' : `${(value * 100).toFixed(1)} %`;
  return kind === 'count' ? value.toLocaleString('en') : quantity(value, kind);
};

function table(heading: string, all: readonly Numbers[], rows: readonly Row[], notes: readonly string[]): Table {
  const title = ({ live, ended }: Scale) => `${live.toLocaleString('en')} / ${ended.toLocaleString('en')}`;
  return {
    heading,
    columns: ['live / ended sessions', ...all.map(({ scale }) => title(scale)), 'last to first'],
    rows: rows.map(([name, kind, read]) => {
      const values = all.map(read);
      const [first = Number.NaN] = values;
      const isNoise = kind === 'cpu' && first < NOISE_CPU;
      const grown = isNoise ? '-' : growth(first, values.at(-1) ?? Number.NaN);
      return [name, ...values.map((value) => shown(value, kind)), grown];
    }),
    notes,
  };
}

type Row = readonly [name: string, kind: Kind, read: (numbers: Numbers) => number];

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const time = (name: keyof IssuerNumbers['times']) => (numbers: Numbers) => numbers.issuer.times[name];

const WIRE: readonly Row[] = [
  ['lists', 'count', ({ issuer }) => issuer.listBytes.length],
  ['one list on the wire, the largest', 'bytes', ({ issuer }) => Math.max(...issuer.listBytes)],
  ['all lists on the wire', 'bytes', ({ issuer }) => sum(issuer.listBytes)],
  ['a second of polling all of them every 2 s', 'bytes', ({ issuer }) => sum(issuer.listBytes) / 2],
  ['memory of a verifier that holds all lists', 'bytes', ({ verifier }) => verifier.bytes],
];

const ISSUER: readonly Row[] = [
  ['PostgreSQL: all revocations (once a minute)', 'time', time('sqlWhole')],
  ['PostgreSQL: those of the last minute (once a second)', 'time', time('sqlChanges')],
  ['the whole reading, round trip and merge (once a minute)', 'time', time('stateWhole')],
  ['the changes, round trip and merge (once a second)', 'time', time('stateChanges')],
  ['placing all revocations in their lists (once a minute)', 'time', time('placeAll')],
  ['a session that ends here, and the next check', 'time', time('endHere')],
  ['a list: first request after a change (signed anew)', 'time', time('listAfterChange')],
  ['a list: the requests after that', 'time', time('listCached')],
  ['all lists after a change in each', 'time', time('allLists')],
  ['CPU of an issuer that is polled', 'cpu', ({ issuer }) => issuer.cpu.polled - issuer.cpu.empty],
  [
    'the same while sessions end as fast as the column stands for',
    'cpu',
    ({ issuer }) => issuer.cpu.polledAndEnding - issuer.cpu.empty,
  ],
];

const LOOK_UP: readonly Row[] = [
  ['verifier: a status in lists it holds', 'time', ({ verifier }) => verifier.lookUp],
  ['verifier: a whole token that it met before', 'time', ({ verifier }) => verifier.verify],
  ['verifier: taking a new list (signature, unpacking)', 'time', ({ verifier }) => verifier.takeList],
  ['issuer: a status in its own memory', 'time', time('ownCheck')],
  ['the permutation: one number to its place', 'time', time('permutation')],
];

const postgres = await startPostgres();
try {
  const all: Numbers[] = [];
  for (const scale of SCALES) all.push(await measure(postgres.adminUrl, scale));
  const last = all.at(-1)?.issuer;
  const plans = [
    `The revocations' part of the state query, as planned at the last scale: all: ${last?.plans.whole}; the last minute: ` +
      `${last?.plans.changes}.`,
    'Only the once-a-minute reading looks at every revocation, and nothing looks at every session.',
    `CPU: share of one core of a process that checks a status ten times a second and gives out all lists every 2 s, for ` +
      `${POLL_SECONDS} s, above the same process without these calls: medians of ${POLL_ROUNDS} rounds of each in turn. The ` +
      'statement that ends the sessions counts too.',
  ];
  writeReport({
    postgres: await postgresVersion(postgres.adminUrl),
    tables: [
      table('Size', all, WIRE, [
        'A list grows with the sessions that ended, not with those that live: an empty one takes some 400 B. Polling: if ' +
          'each list changes between two looks; one that did not is answered with 304. Memory: heap and buffers after a ' +
          'collection, in a process of its own.',
      ]),
      table('The issuer', all, ISSUER, plans),
      table('Looking up', all, LOOK_UP, [`Times are medians of ${ROUNDS} rounds, after some that do not count.`]),
    ],
  });
} finally {
  await postgres.stop();
}
