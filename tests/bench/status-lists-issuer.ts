import { STATUS_LIST_SIZE, statusListUri } from '@/lib/core/status-list/status-index';
import { issueAccessToken } from '@/lib/core/token/access-token';
import { env } from '@/lib/server/config/env';
import { db } from '@/lib/server/database/client';
import { liveState, noteEnded } from '@/lib/server/database/live-state';
import { liveKeyring } from '@/lib/server/keys/live-keyring';
import { randomBytes } from '@/lib/server/keys/random';
import { markedLists, statusOf } from '@/lib/server/revocation/marked-sessions';
import { publishedStatusList } from '@/lib/server/revocation/status-lists';
import { statusPositions } from '@/lib/server/revocation/status-positions';
import { sql } from '@/tests/support/database/sql';
import { readInput } from './program';
import { median, timed } from './report';

export type IssuerInput = {
  readonly ended: number;
  readonly pollRounds: number;
  readonly pollSeconds: number;
  readonly endedPerSecond: number;
};

export type IssuerNumbers = {
  /** Characters of each list's token: one byte each on the wire. */
  readonly listBytes: readonly number[];
  readonly times: Readonly<Record<TimeName, number>>;
  /** Share of a core, 1 is all of it. */
  readonly cpu: { readonly empty: number; readonly polled: number; readonly polledAndEnding: number };
  /** What PostgreSQL does for the revocations in the state query. */
  readonly plans: { readonly whole: string; readonly changes: string };
  readonly lists: readonly string[];
  readonly jwks: string;
  readonly issuer: string;
  readonly issuedAt: number;
  readonly tokens: { readonly live: readonly string[]; readonly ended: readonly string[] };
};

/** In microseconds. */
type TimeName =
  | 'stateWhole'
  | 'stateChanges'
  | 'sqlWhole'
  | 'sqlChanges'
  | 'placeAll'
  | 'endHere'
  | 'listAfterChange'
  | 'listCached'
  | 'allLists'
  | 'ownCheck'
  | 'permutation';

const realNow = Date.now.bind(Date);
let skippedSeconds = 0;
/** Makes copies in memory this much older. The clock on the wall is one of two that ages are measured with. */
Date.now = () => realNow() + skippedSeconds * 1_000;
const skip = (seconds: number) => {
  skippedSeconds += seconds;
};
const WHOLE_SECONDS = 61;
const CHANGES_SECONDS = 2;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const databaseUrl = process.env['DATABASE_URL'] ?? '';

/** The part of the state query that grows; `leftSeconds`: see `readState` in lib/server/database/live-state.ts. */
async function explain(leftSeconds: number): Promise<{ ms: number; plan: string }> {
  type Node = { 'Node Type': string; 'Index Name'?: string; 'Actual Rows': number; Plans?: Node[] };
  const [row] = await sql<{ 'QUERY PLAN': [{ Plan: Node; 'Execution Time': number }] }>(
    databaseUrl,
    `EXPLAIN (ANALYZE, FORMAT JSON)
     SELECT json_agg(json_build_array("statusNumber", status, extract(epoch FROM "revokedAt")::float8))
     FROM "Revocation" WHERE "keepUntil" > now() + ${leftSeconds} * interval '1 second'`,
  );
  const [found] = row?.['QUERY PLAN'] ?? [];
  if (found === undefined) throw new Error('There is no plan');
  let node = found.Plan;
  const names = [];
  for (; node.Plans?.[0]; node = node.Plans[0]) names.push(node['Node Type']);
  names.push(
    `${node['Node Type']}${node['Index Name'] ? ` on ${node['Index Name']}` : ''}, ${node['Actual Rows']} rows`,
  );
  return { ms: found['Execution Time'], plan: names.join(' ← ') };
}

/** Share of a core that this process takes while `work` runs ten times a second. */
async function cpuOf(seconds: number, work: (turn: number) => unknown): Promise<number> {
  const before = process.cpuUsage();
  const startedAt = performance.now();
  for (let turn = 0; turn < seconds * 10; turn += 1) {
    await work(turn);
    await pause(Math.max(0, startedAt + (turn + 1) * 100 - performance.now()));
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / (performance.now() - startedAt);
}

/** Ends sessions as another process would, in one statement. */
const endElsewhere = (count: number) => db().$executeRaw`
  INSERT INTO "Revocation"
  SELECT (random() * last_value)::bigint, now(), now() + interval '960 seconds'
  FROM "Session_statusNumber_seq", generate_series(1, ${count}::int) ON CONFLICT DO NOTHING`;

async function main(): Promise<void> {
  const { ended: expected, pollRounds, pollSeconds, endedPerSecond } = await readInput<IssuerInput>();
  const { appOrigin } = env();
  const { positionOf } = await statusPositions();
  const { lastNumber, marks } = await liveState();
  if (marks.size !== expected) throw new Error(`${marks.size} of ${expected} revocations are there`);
  const listCount = positionOf(lastNumber).list + 1;
  const numbers = Array.from({ length: listCount }, (_, list) => list);
  const lists = await Promise.all(numbers.map(async (list) => (await publishedStatusList(list))?.token ?? ''));
  const ended = [...marks.keys()];
  const endedSet = new Set(ended);
  const live = Array.from({ length: lastNumber }, (_, n) => n + 1).filter((n) => !endedSet.has(n));
  const spread = (from: readonly number[], count: number) =>
    Array.from({ length: Math.min(count, from.length) }, (_, at) => from[Math.floor((at * from.length) / count)] ?? 0);

  const { signing, published } = await liveKeyring();
  const issuedAt = Math.floor(realNow() / 1_000);
  const tokenOf = async (statusNumber: number) => {
    const { list, index } = positionOf(statusNumber);
    const status = { status_list: { idx: index, uri: statusListUri(appOrigin, list) } };
    const who = { iss: appOrigin, aud: appOrigin, sub: 'a'.repeat(22), sid: 'b'.repeat(22), role: 'member' } as const;
    const about = { ...who, client_id: 'web', auth_time: issuedAt, amr: ['pwd'], status };
    return (await issueAccessToken(about, 900, signing, issuedAt, randomBytes)).token;
  };
  const tokens = {
    live: await Promise.all(spread(live, 200).map(tokenOf)),
    ended: await Promise.all(spread(ended, 50).map(tokenOf)),
  };

  const explained = { whole: await explain(0), changes: await explain(900) };
  const listOf = (n: number) => statusListUri(appOrigin, positionOf(n).list);
  const times = {
    stateWhole: await timed(liveState, { prepare: () => skip(WHOLE_SECONDS) }),
    stateChanges: await timed(liveState, { prepare: () => skip(CHANGES_SECONDS) }),
    sqlWhole: explained.whole.ms * 1_000,
    sqlChanges: explained.changes.ms * 1_000,
    placeAll: await timed(markedLists, {
      prepare: () => {
        skip(WHOLE_SECONDS);
        return liveState();
      },
    }),
    endHere: await timed(
      async () => {
        noteEnded([live.pop() ?? 0]);
        await statusOf(listOf(1), 0);
      },
      { calls: 20, prepare: freshState },
    ),
    listAfterChange: await timed(() => publishedStatusList(0), {
      prepare: async () => {
        await freshState();
        noteEnded([taken(1)]);
      },
    }),
    listCached: await timed(() => publishedStatusList(0), { calls: 2_000, prepare: freshState }),
    allLists: await timed(() => Promise.all(numbers.map(publishedStatusList)), {
      prepare: async () => {
        skip(WHOLE_SECONDS);
        await liveState();
        noteEnded(numbers.map((list) => taken(list * STATUS_LIST_SIZE + 1)));
      },
    }),
    ownCheck: await timed((call) => statusOf(listOf(1), call), { calls: 2_000, prepare: freshState }),
    permutation: await timed(() => {
      let sum = 0;
      for (let n = 0; n < 100_000; n += 1) sum += positionOf(n * 10).index;
      return sum;
    }).then((time) => time / 100_000),
  };

  const poll = async (turn: number) => {
    await statusOf(listOf(1), turn);
    if (turn % 20 === 0) for (const list of numbers) await publishedStatusList(list);
  };
  const ending = async (turn: number) => {
    await poll(turn);
    if (turn % 10 === 0) await endElsewhere(endedPerSecond);
  };
  await cpuOf(Math.min(5, pollSeconds), ending);
  // Round by round in turn, so that whatever else the machine does falls on all three.
  const rounds: { empty: number; polled: number; polledAndEnding: number }[] = [];
  for (let round = 0; round < pollRounds; round += 1) {
    rounds.push({
      empty: await cpuOf(pollSeconds, () => undefined),
      polled: await cpuOf(pollSeconds, poll),
      polledAndEnding: await cpuOf(pollSeconds, ending),
    });
  }
  const cpu = {
    empty: median(rounds.map(({ empty }) => empty)),
    polled: median(rounds.map(({ polled }) => polled)),
    polledAndEnding: median(rounds.map(({ polledAndEnding }) => polledAndEnding)),
  };
  const numbersOut: IssuerNumbers = {
    listBytes: lists.map((token) => token.length),
    times,
    cpu,
    lists,
    jwks: published.text,
    issuer: appOrigin,
    issuedAt,
    tokens,
    plans: { whole: explained.whole.plan, changes: explained.changes.plan },
  };
  process.stdout.write(JSON.stringify(numbersOut));
  await db().$disconnect();

  /** A number that was not ended before, near `n`: each round needs a change. */
  function taken(n: number): number {
    let free = n;
    while (endedSet.has(free)) free += 1;
    endedSet.add(free);
    return free;
  }
  async function freshState(): Promise<void> {
    skip(CHANGES_SECONDS);
    await markedLists();
  }
}

await main();
