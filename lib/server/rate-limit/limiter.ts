import 'server-only';
import { type Failure, fail, type Success, succeed } from '@/lib/core/failures';
import { db } from '@/lib/server/database/client';
import { Prisma } from '@/lib/server/database/generated/prisma/client';
import { count } from '@/lib/server/observability/telemetry';
import type { Bucket } from './buckets';
import { LIMITS, type Limit } from './limits';

/** Nothing was counted or compared: the caller has to wait. */
export type Blocked = Failure<'too_many_attempts'> & {
  /** At least 1. */
  readonly retryAfterSeconds: number;
};

/** What was counted: the longest row of failures among the buckets whose wait doubles, with this attempt. */
export type Counted = { readonly inARow: number };

type Attempted = Counted & {
  readonly counted: number;
  readonly waitSeconds: number | null;
  readonly waitingKeys: readonly string[] | null;
};

/** Expired rows that go with each count: more than it makes, so that the table holds what is alive and little else. */
const SWEPT_ROWS = 8;

/**
 * Counts one attempt in every bucket, before the work that it guards; `settleSuccess` says that it was none. Refuses when
 * one of them, or one of those that are only watched, is waiting, and then counts nothing. One statement, so that no
 * number of concurrent attempts gets past a threshold: each bucket's row is locked and looked at again by the upsert.
 * Time is the database's.
 */
export async function countAttempt(
  buckets: readonly (Bucket | null)[],
  watched: readonly (Bucket | null)[] = [],
): Promise<Success<Counted> | Blocked> {
  const wanted = distinct(buckets);
  const looked = distinct([...wanted, ...watched]);
  if (looked.length === 0) return succeed({ inARow: 0 });
  const limits = wanted.map(({ policy }): Limit => LIMITS[policy]);
  const [outcome] = await db().$queryRaw<Attempted[]>`
    WITH wanted AS (
      SELECT * FROM unnest(
        ${wanted.map(({ key }) => key)}::text[],
        ${limits.map((limit) => limit.threshold)}::int[],
        ${limits.map((limit) => limit.maxWaitSeconds)}::int[],
        ${limits.map((limit) => limit.forgetSeconds)}::int[],
        ${limits.map((limit) => limit.shortestMemorySeconds ?? limit.forgetSeconds)}::int[]
      ) AS w(key, threshold, max_wait, forget, shortest)
    ), waiting AS (
      SELECT max("blockedUntil") AS until, array_agg(key) AS keys
      FROM "RateLimit" WHERE key = ANY(${looked.map(({ key }) => key)}) AND "blockedUntil" > now()
    ), counted AS (
      INSERT INTO "RateLimit" AS r (key, failures, "blockedUntil", "expiresAt")
      SELECT
        key, 1,
        CASE WHEN threshold > 1 THEN NULL WHEN max_wait IS NULL THEN now() + forget * interval '1 second'
          ELSE now() + interval '1 second' END,
        now() + shortest * interval '1 second'
      FROM wanted
      WHERE (SELECT until FROM waiting) IS NULL
      ORDER BY key
      ON CONFLICT (key) DO UPDATE SET (failures, "blockedUntil", "expiresAt") = (
        SELECT
          next.failures,
          CASE
            WHEN next.failures < w.threshold THEN NULL
            WHEN w.max_wait IS NULL THEN next."expiresAt"
            ELSE now() + least(w.max_wait, power(2, least(next.failures - w.threshold, 30))) * interval '1 second'
          END,
          next."expiresAt"
        FROM wanted w, LATERAL (
          SELECT CASE WHEN r."expiresAt" <= now() THEN 1 ELSE r.failures + 1 END AS failures
        ) count, LATERAL (
          SELECT count.failures, CASE
            WHEN w.max_wait IS NOT NULL THEN now()
              + least(w.forget, w.shortest * power(2, least(count.failures - 1, 30))) * interval '1 second'
            WHEN r."expiresAt" > now() THEN r."expiresAt"
            ELSE now() + w.forget * interval '1 second'
          END AS "expiresAt"
        ) next
        WHERE w.key = r.key
      )
      WHERE r."blockedUntil" IS NULL OR r."blockedUntil" <= now()
      RETURNING r.key, r.failures
    ), swept AS (
      DELETE FROM "RateLimit" WHERE key IN (
        SELECT key FROM "RateLimit" WHERE "expiresAt" < now() AND key <> ALL(${looked.map(({ key }) => key)})
        ORDER BY "expiresAt" LIMIT ${SWEPT_ROWS} FOR UPDATE SKIP LOCKED
      )
    )
    SELECT
      (SELECT count(*)::int FROM counted) AS counted,
      (SELECT coalesce(max(c.failures), 0)::int FROM counted c JOIN wanted w ON w.key = c.key WHERE w.max_wait > 0) AS "inARow",
      (SELECT ceil(extract(epoch FROM until - now()))::int FROM waiting) AS "waitSeconds",
      (SELECT keys FROM waiting) AS "waitingKeys"`;
  if (outcome?.counted === wanted.length && outcome.waitSeconds === null) return succeed({ inARow: outcome.inARow });
  const hit = looked.filter(({ key }) => outcome?.waitingKeys?.includes(key));
  for (const limit of new Set(hit.map(({ policy }) => policy))) count('handstamp.limit.hits', { limit });
  // Null: the wait began after this statement did. One second is the least that it can be.
  return { ...fail('too_many_attempts'), retryAfterSeconds: Math.max(1, outcome?.waitSeconds ?? 1) };
}

/**
 * Says that an attempt was the owner's: each bucket forgets, or takes back, or keeps what was counted. `cleared` forget
 * whatever their policy says: the owner signed in whole.
 */
export async function settleSuccess(
  buckets: readonly (Bucket | null)[],
  cleared: readonly Bucket[] = [],
): Promise<void> {
  const counted = distinct(buckets);
  const which = (outcome: Limit['onSuccess']) => counted.filter(({ policy }) => LIMITS[policy].onSuccess === outcome);
  await settle([...which('forget'), ...cleared], which('take_back'));
}

/**
 * Takes an attempt back that was no failure: nothing was compared for it, or it was right as far as it went. The wait that it
 * started is over too.
 */
export async function takeBack(buckets: readonly (Bucket | null)[]): Promise<void> {
  await db().$executeRaw`WITH${takenBack(buckets)} SELECT 1`;
}

/** The same as part of a statement: common table expressions that no other reads, without a comma before them. */
export const takenBack = (buckets: readonly (Bucket | null)[]): Prisma.Sql =>
  settled([], distinct(buckets), { endsWait: true });

/** As part of a statement, too, for a success: the buckets forget what was counted. */
export const forgotten = (buckets: readonly Bucket[]): Prisma.Sql => settled(buckets, []);

async function settle(forgotten: readonly Bucket[], takenBack: readonly Bucket[]): Promise<void> {
  if (forgotten.length + takenBack.length === 0) return;
  await db().$executeRaw`WITH${settled(forgotten, takenBack)} SELECT 1`;
}

function settled(forgotten: readonly Bucket[], takenBack: readonly Bucket[], { endsWait = false } = {}): Prisma.Sql {
  const keys = takenBack.map(({ key }) => key);
  return Prisma.sql` gone AS (
      DELETE FROM "RateLimit"
      WHERE key = ANY(${forgotten.map(({ key }) => key)}) OR (key = ANY(${keys}) AND failures <= 1)
    ), lessened AS (
      UPDATE "RateLimit" r SET
        failures = r.failures - 1,
        "blockedUntil" = CASE WHEN ${endsWait}::boolean OR r.failures - 1 < t.threshold THEN NULL ELSE r."blockedUntil" END
      FROM unnest(${keys}::text[], ${takenBack.map(({ policy }) => LIMITS[policy].threshold)}::int[]) AS t(key, threshold)
      WHERE r.key = t.key AND r.failures > 1
    )`;
}

/** Without nulls and repetitions: one statement cannot count a row twice. */
function distinct(buckets: readonly (Bucket | null)[]): Bucket[] {
  const known = buckets.filter((candidate) => candidate !== null);
  return [...new Map(known.map((candidate) => [candidate.key, candidate])).values()];
}
