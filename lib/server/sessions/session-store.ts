import 'server-only';
import type { Bytes } from '@/lib/core/encoding';
import { MAX_LIVE_SESSIONS, REVOCATION_RETENTION_SECONDS } from '@/lib/core/policy';
import type { RotationState } from '@/lib/core/session/rotation';
import type { EpochSeconds } from '@/lib/core/time';
import type { Role } from '@/lib/core/token/claims';
import { env } from '@/lib/server/config/env';
import { db, type Transaction } from '@/lib/server/database/client';
import { Prisma, type SessionKind } from '@/lib/server/database/generated/prisma/client';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { isUsableFrom } from './home-network';

/** A live session as tokens need it, read by the statement that created, rotated or found it. */
export type SessionRow = {
  readonly id: string;
  readonly userId: string;
  readonly role: Role;
  readonly counter: number;
  readonly statusNumber: number;
  readonly remember: boolean;
  readonly amr: readonly string[];
  readonly authenticatedAt: EpochSeconds;
  readonly idleExpiresAt: EpochSeconds;
  readonly absoluteExpiresAt: EpochSeconds;
  /** `aud` of its access tokens; null for our own origin. */
  readonly audience: string | null;
  /** The network that it is bound to; null when it is not. */
  readonly network: string | null;
  /** The database's clock in that statement. */
  readonly now: EpochSeconds;
};

/** What the refresh statement found for a session id. */
export type RefreshRow = SessionRow &
  RotationState & {
    /** True: this very statement raised the counter. */
    readonly didRotate: boolean;
    readonly kind: SessionKind;
    readonly secretHash: Uint8Array;
    readonly email: string;
    /** The counter and the device facts before this statement. */
    readonly before: { readonly counter: number; readonly device: string | null; readonly ip: string | null };
  };

export type Presented = {
  readonly sessionId: string;
  readonly counter: number;
  readonly secretHash: Bytes;
  readonly kind: SessionKind;
  readonly facts: RequestFacts;
  /** Which root secret will make the new refresh token. */
  readonly refreshKeyId: number;
  /** Where it comes from, as `boundNetwork` writes it; null when sessions are not bound. */
  readonly network: string | null;
  /** What the session must be for; null when the caller does not care. */
  readonly audience: string | null;
};

const epoch = (column: Prisma.Sql) => Prisma.sql`extract(epoch FROM ${column})::float8`;

/** Columns of a session and its user, under the names of `RefreshRow`; counters fit a double by far. */
const SESSION_COLUMNS = Prisma.sql`
  s.id, s."userId", u.role::text AS role, u.email, s.counter::float8 AS counter, s."statusNumber"::float8 AS "statusNumber",
  s.remember, s.amr, s.kind::text AS kind, s."secretHash", s.audience, s.network,
  ${epoch(Prisma.sql`s."authenticatedAt"`)} AS "authenticatedAt", ${epoch(Prisma.sql`s."rotatedAt"`)} AS "rotatedAt",
  ${epoch(Prisma.sql`s."idleExpiresAt"`)} AS "idleExpiresAt",
  ${epoch(Prisma.sql`s."absoluteExpiresAt"`)} AS "absoluteExpiresAt",
  s."endedAt" IS NOT NULL AS "hasEnded", u."disabledAt" IS NOT NULL AS "isUserDisabled", ${epoch(Prisma.sql`now()`)} AS now`;

type RawRefreshRow = Omit<RefreshRow, 'before'> & {
  readonly beforeCounter: number;
  readonly beforeDevice: string | null;
  readonly beforeIp: string | null;
};

/**
 * One statement that rotates the session if the presented token is its current one, live and past the grace window, and
 * that otherwise brings the row for `decideRotation` to judge. The condition repeats the `rotate` and `adopt` rules of
 * that function, so that the row lock and not this process decides between racing requests. Null: no such session.
 *
 * The row of the second half is the statement's snapshot. A request that lost a race sees the row from before it; then the
 * decision says `rotate` although nothing was rotated, and the caller asks again.
 */
export async function rotateOrRead(presented: Presented, graceSeconds: number): Promise<RefreshRow | null> {
  const { sessionId, counter, secretHash, kind, facts, refreshKeyId, network, audience } = presented;
  const [row] = await db().$queryRaw<RawRefreshRow[]>`
    WITH before AS (
      SELECT id, counter, device, ip FROM "Session" WHERE id = ${sessionId}
    ), rotated AS (
      UPDATE "Session" s SET
        counter = ${counter}::bigint + 1, "rotatedAt" = now(), "lastSeenAt" = now(),
        "idleExpiresAt" = least(now() + s."idleSeconds" * interval '1 second', s."absoluteExpiresAt"),
        "userAgent" = ${facts.userAgent}, device = ${facts.device}, ip = coalesce(${facts.ip}, s.ip),
        "refreshKeyId" = ${refreshKeyId}::int, network = coalesce(s.network, ${network}::text)
      FROM "User" u
      WHERE s.id = ${sessionId} AND u.id = s."userId" AND s.kind = ${kind}::"SessionKind"
        AND s."secretHash" = ${secretHash} AND s."endedAt" IS NULL AND u."disabledAt" IS NULL
        AND s."idleExpiresAt" > now() AND s."absoluteExpiresAt" > now()
        AND ${isUsableFrom(network)}
        AND (${audience}::text IS NULL OR coalesce(s.audience, ${env().appOrigin}) = ${audience})
        AND (s.counter < ${counter}::bigint OR (s.counter = ${counter}::bigint
          AND (s."rotatedAt" IS NULL OR s."rotatedAt" <= now() - ${graceSeconds} * interval '1 second')))
      RETURNING s.*
    ), found AS (
      SELECT true AS "didRotate", r.* FROM rotated r
      UNION ALL
      SELECT false, s.* FROM "Session" s WHERE s.id = ${sessionId} AND NOT EXISTS (SELECT 1 FROM rotated)
    )
    SELECT s."didRotate", ${SESSION_COLUMNS},
      b.counter::float8 AS "beforeCounter", b.device AS "beforeDevice", b.ip AS "beforeIp"
    FROM found s JOIN "User" u ON u.id = s."userId" JOIN before b ON b.id = s.id`;
  if (row === undefined) return null;
  const { beforeCounter, beforeDevice, beforeIp, ...rest } = row;
  return { ...rest, before: { counter: beforeCounter, device: beforeDevice, ip: beforeIp } };
}

/**
 * Keeps the device facts of a session that answered from another device, in the transaction `tx`. The counter stays, and
 * so does an address where none is known.
 */
export async function updateDevice(sessionId: string, facts: RequestFacts, tx: Transaction): Promise<void> {
  const { userAgent, device, ip } = facts;
  const data = { userAgent, device, ...(ip === null ? {} : { ip }) };
  await tx.session.update({ where: { id: sessionId }, data, select: { id: true } });
}

export type NewSession = {
  readonly id: string;
  readonly userId: string;
  readonly kind: SessionKind;
  readonly secretHash: Bytes;
  readonly idleSeconds: number;
  readonly absoluteSeconds: number;
  readonly remember: boolean;
  readonly amr: readonly string[];
  readonly facts: RequestFacts;
  readonly audience: string | null;
  readonly network: string | null;
  readonly refreshKeyId: number;
  /** The session that this one replaces, proven by its secret; ended as `superseded`, without alarm. */
  readonly supersedes: { readonly id: string; readonly secretHash: Bytes; readonly network: string | null } | null;
};

export type CreatedSession = {
  readonly session: SessionRow;
  /** The sessions that ended for it, by status number. */
  readonly endedNumbers: readonly number[];
  /** Whose session was to be replaced from a network that it is not bound to, and was not. */
  readonly refusedUserId: string | null;
};

/**
 * Creates a session, ends the one it replaces and the oldest beyond the cap, and writes revocations and the audit
 * event: all or nothing, in one statement. Null when the user is gone or disabled.
 */
export async function createSession(session: NewSession, tx: Transaction = db()): Promise<CreatedSession | null> {
  const { facts, supersedes } = session;
  const oldId = supersedes?.id ?? null;
  const [row] = await tx.$queryRaw<(SessionRow & Omit<CreatedSession, 'session'>)[]>`
    WITH person AS (
      SELECT id FROM "User" WHERE id = ${session.userId} AND "disabledAt" IS NULL
    ), brought AS (
      SELECT s.id, s."userId", s."endedAt", ${isUsableFrom(supersedes?.network ?? null)} AS "isAtHome"
      FROM "Session" s WHERE s.id = ${oldId} AND s."secretHash" = ${supersedes?.secretHash ?? null}
    ), surplus AS (
      SELECT s.id FROM "Session" s
      WHERE s."userId" = ${session.userId} AND s."endedAt" IS NULL AND s."idleExpiresAt" > now()
        AND s."absoluteExpiresAt" > now() AND s.id IS DISTINCT FROM (SELECT id FROM brought WHERE "isAtHome")
      ORDER BY s."createdAt" DESC, s.id OFFSET ${MAX_LIVE_SESSIONS - 1}
    ), leaving AS (
      -- Named one by one: an OR over two ways to find them would read the whole table.
      SELECT id, 'over_limit' AS reason FROM surplus
      UNION ALL SELECT id, 'superseded' FROM brought WHERE "isAtHome"
    ), ended AS (
      UPDATE "Session" s SET "endedAt" = now(), "endReason" = leaving.reason::"SessionEndReason"
      FROM leaving WHERE s.id = leaving.id AND s."endedAt" IS NULL AND EXISTS (SELECT 1 FROM person)
      RETURNING s.id, s."userId", s."statusNumber", leaving.reason
    ), revoked AS (
      INSERT INTO "Revocation" ("statusNumber", "keepUntil")
      SELECT "statusNumber", now() + ${REVOCATION_RETENTION_SECONDS} * interval '1 second' FROM ended
      ON CONFLICT DO NOTHING
    ), created AS (
      INSERT INTO "Session" (id, "userId", kind, "secretHash", "idleSeconds", "idleExpiresAt", "absoluteExpiresAt",
        remember, amr, audience, network, "refreshKeyId", "userAgent", device, ip)
      SELECT ${session.id}, person.id, ${session.kind}::"SessionKind", ${session.secretHash}, ${session.idleSeconds}::int,
        now() + ${session.idleSeconds} * interval '1 second', now() + ${session.absoluteSeconds} * interval '1 second',
        ${session.remember}, ${session.amr}::text[], ${session.audience}, ${session.network},
        ${session.refreshKeyId}::int, ${facts.userAgent}, ${facts.device}, ${facts.ip}
      FROM person RETURNING *
    ), audited AS (
      INSERT INTO "AuditEvent" (type, "userId", "sessionId", ip, "userAgent")
      SELECT 'signed_in', created."userId", created.id, ${facts.ip}, ${facts.userAgent} FROM created
      UNION ALL
      SELECT 'session_' || reason, "userId", id, ${facts.ip}, ${facts.userAgent} FROM ended
    )
    SELECT ${SESSION_COLUMNS}, ARRAY(SELECT "statusNumber"::float8 FROM ended) AS "endedNumbers",
      (SELECT "userId" FROM brought WHERE "endedAt" IS NULL AND NOT "isAtHome") AS "refusedUserId"
    FROM created s JOIN "User" u ON u.id = s."userId"`;
  if (row === undefined) return null;
  const { endedNumbers, refusedUserId, ...created } = row;
  return { session: created, endedNumbers, refusedUserId };
}
