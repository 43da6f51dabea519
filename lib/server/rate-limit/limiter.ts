import 'server-only';
import { createHmac } from 'node:crypto';
import { countedMailbox, domainOf } from '@/lib/core/counted-mailbox';
import { normalizeEmail } from '@/lib/core/email';
import { type Failure, fail, type Success, succeed } from '@/lib/core/failures';
import { networkOf, networkPrefixOf } from '@/lib/core/http/network-address';
import { days, hours, minutes } from '@/lib/core/time';
import { db } from '@/lib/server/database/client';
import { limiterKey } from '@/lib/server/keys/data-keys';

/** One thing that attempts are counted for. The key says nothing to a reader of the database. */
export type Bucket = { readonly key: string; readonly policy: LimitPolicy };
export type LimitPolicy = keyof typeof LIMITS;

type Limit = {
  /** The attempt that starts the first wait. It is let through itself. */
  readonly threshold: number;
  /** Longest wait, doubling from one second; null: until the window is over. */
  readonly maxWaitSeconds: number | null;
  /** With a doubling wait, the quiet after which all is forgotten; else the length of the window. */
  readonly forgetSeconds: number;
  /** A success proves that the owner is there, and forgets the failures. */
  readonly clearedBySuccess: boolean;
};

/** OWASP Authentication: count by account, wait exponentially, never lock for good. */
const guessing: Limit = {
  threshold: 5,
  maxWaitSeconds: minutes(15),
  forgetSeconds: days(1),
  clearedBySuccess: true,
};

const LIMITS = {
  /** Passwords tried for one address, known or not. */
  account: guessing,
  /** Passwords tried from a device that the account has signed in on: strangers cannot make its owner wait. */
  device: guessing,
  /** Mailed codes tried for one address: a new ceremony brings no new tries. */
  code: guessing,
  /** A network. A success clears nothing: it may be the attacker's own account. */
  address: { threshold: 100, maxWaitSeconds: null, forgetSeconds: minutes(15), clearedBySuccess: false },
  /** Mails that strangers can make us send to one mailbox, with every tag and dot. */
  mail: { threshold: 5, maxWaitSeconds: null, forgetSeconds: hours(1), clearedBySuccess: false },
  /**
   * Mails that one network (IPv4 /24, IPv6 /48) can make us send to one domain, such as all names of a mailbox that takes
   * them all. Counted for the network: a limit on a domain alone would let a stranger shut out everybody whose mail is
   * with a large provider. An office or a campus that signs up within an hour stays below it, and so does the hour's
   * share of a carrier that puts its customers behind few addresses. Where no network is known there is no such count.
   */
  mailDomain: { threshold: 300, maxWaitSeconds: null, forgetSeconds: hours(1), clearedBySuccess: false },
  /**
   * Mails that strangers can make us send at all, a minute. 10,000 sign-ups within one hour, a day's worth of a large
   * site, are 167 a minute. Whoever wants to use it up needs five sign-ups a second, from 45 networks at 100 a quarter
   * of an hour, and then shuts sign-up until the minute is over, and nothing else.
   */
  mailTotal: { threshold: 300, maxWaitSeconds: null, forgetSeconds: minutes(1), clearedBySuccess: false },
} as const satisfies Record<string, Limit>;

export const accountBucket = async (email: string): Promise<Bucket> => bucket('account', spelling(email));
export const deviceBucket = async (email: string, deviceId: string): Promise<Bucket> =>
  bucket('device', `${spelling(email)} ${deviceId}`);
export const codeBucket = async (email: string): Promise<Bucket> => bucket('code', spelling(email));

/**
 * What is counted for a mail that a stranger can cause: its mailbox, its domain for the network that asks, and all such
 * mails together.
 */
export const mailBuckets = async (email: string, ip: string | null): Promise<(Bucket | null)[]> => [
  await bucket('mail', countedMailbox(spelling(email))),
  ip === null ? null : await bucket('mailDomain', `${domainOf(spelling(email))} ${networkPrefixOf(ip)}`),
  await bucket('mailTotal', ''),
];

/** The bucket of a network: an IPv4 address, or the /64 of an IPv6 one. Null when the address is unknown: no limit. */
export const addressBucket = async (ip: string | null): Promise<Bucket | null> =>
  ip === null ? null : bucket('address', networkOf(ip));

const spelling = (email: string): string => normalizeEmail(email) ?? email;

/** HMAC: people type passwords into e-mail fields, and a list of addresses must not be readable from the table. */
async function bucket(policy: LimitPolicy, value: string): Promise<Bucket> {
  const mac = createHmac('sha256', await limiterKey())
    .update(`${policy} ${value}`)
    .digest('base64url');
  return { key: `${policy}:${mac}`, policy };
}

/** Nothing was counted or compared: the caller has to wait. */
export type Blocked = Failure<'too_many_attempts'> & {
  /** At least 1. */
  readonly retryAfterSeconds: number;
};

/**
 * Counts one attempt in every bucket, before the work that it guards: a success clears what it may. Refuses when one of
 * them is waiting, and then counts nothing. One statement, so that no number of concurrent attempts gets past a
 * threshold: each bucket's row is locked and looked at again by the upsert. Time is the database's.
 */
export async function countAttempt(buckets: readonly (Bucket | null)[]): Promise<Success<void> | Blocked> {
  const wanted = distinct(buckets);
  if (wanted.length === 0) return succeed(undefined);
  const limits = wanted.map(({ policy }): Limit => LIMITS[policy]);
  const [outcome] = await db().$queryRaw<{ counted: number; waitSeconds: number | null }[]>`
    WITH wanted AS (
      SELECT * FROM unnest(
        ${wanted.map(({ key }) => key)}::text[],
        ${limits.map((limit) => limit.threshold)}::int[],
        ${limits.map((limit) => limit.maxWaitSeconds)}::int[],
        ${limits.map((limit) => limit.forgetSeconds)}::int[]
      ) AS w(key, threshold, max_wait, forget)
    ), waiting AS (
      SELECT max(r."blockedUntil") AS until
      FROM "RateLimit" r JOIN wanted ON wanted.key = r.key
      WHERE r."blockedUntil" > now()
    ), counted AS (
      INSERT INTO "RateLimit" AS r (key, failures, "expiresAt")
      SELECT key, 1, now() + forget * interval '1 second' FROM wanted
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
          SELECT
            CASE WHEN r."expiresAt" <= now() THEN 1 ELSE r.failures + 1 END AS failures,
            CASE WHEN w.max_wait IS NULL AND r."expiresAt" > now() THEN r."expiresAt" ELSE excluded."expiresAt" END
              AS "expiresAt"
        ) next
        WHERE w.key = r.key
      )
      WHERE r."blockedUntil" IS NULL OR r."blockedUntil" <= now()
      RETURNING r.key
    )
    SELECT
      (SELECT count(*)::int FROM counted) AS counted,
      (SELECT ceil(extract(epoch FROM until - now()))::int FROM waiting) AS "waitSeconds"`;
  if (outcome?.counted === wanted.length) return succeed(undefined);
  // Null: the wait began after this statement did. One second is the least that it can be.
  return { ...fail('too_many_attempts'), retryAfterSeconds: Math.max(1, outcome?.waitSeconds ?? 1) };
}

/** Forgets the failures of the buckets that a success may clear; the others are left as they are. */
export async function clearAttempts(buckets: readonly (Bucket | null)[]): Promise<void> {
  const keys = distinct(buckets).flatMap(({ key, policy }) => (LIMITS[policy].clearedBySuccess ? [key] : []));
  if (keys.length > 0) await db().$executeRaw`DELETE FROM "RateLimit" WHERE key = ANY(${keys})`;
}

/** Without nulls and repetitions: one statement cannot count a row twice. */
function distinct(buckets: readonly (Bucket | null)[]): Bucket[] {
  const known = buckets.filter((candidate) => candidate !== null);
  return [...new Map(known.map((candidate) => [candidate.key, candidate])).values()];
}
