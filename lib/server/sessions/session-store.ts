import 'server-only';
import type { Bytes } from '@/lib/core/encoding';
import type { RotationState } from '@/lib/core/session/rotation';
import type { EpochSeconds } from '@/lib/core/time';
import type { Role } from '@/lib/core/token/claims';
import { env } from '@/lib/server/config/env';
import { db, type Transaction } from '@/lib/server/database/client';
import { Prisma, type SessionKind } from '@/lib/server/database/generated/prisma/client';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { IS_OPEN_ACCOUNT } from '@/lib/server/users/account-state';
import { isUsableFrom } from './home-network';

/** A live session as tokens need it, read by the statement that created, rotated or found it. */
export type SessionRow = {
  readonly id: string;
  readonly userId: string;
  readonly kind: SessionKind;
  /** The OAuth client that a program proved to be; null for others, and for browsers. */
  readonly clientId: string | null;
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
    readonly secretHash: Uint8Array;
    readonly email: string;
    /** The counter, the status number and the device facts as the statement found them. */
    readonly before: {
      readonly counter: number;
      readonly statusNumber: number;
      readonly device: string | null;
      readonly ip: string | null;
    };
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
export const SESSION_COLUMNS = Prisma.sql`
  s.id, s."userId", u.role::text AS role, u.email, s.counter::float8 AS counter, s."statusNumber"::float8 AS "statusNumber",
  s.remember, s.amr, s.kind::text AS kind, s."clientId", s."secretHash", s.audience, s.network,
  ${epoch(Prisma.sql`s."authenticatedAt"`)} AS "authenticatedAt", ${epoch(Prisma.sql`s."rotatedAt"`)} AS "rotatedAt",
  ${epoch(Prisma.sql`s."idleExpiresAt"`)} AS "idleExpiresAt",
  ${epoch(Prisma.sql`s."absoluteExpiresAt"`)} AS "absoluteExpiresAt",
  s."endedAt" IS NOT NULL AS "hasEnded", NOT ${IS_OPEN_ACCOUNT} AS "isUserDisabled", ${epoch(Prisma.sql`now()`)} AS now`;

type RawRefreshRow = Omit<RefreshRow, 'before'> & {
  readonly beforeCounter: number;
  readonly beforeNumber: number;
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
      SELECT id, counter, "statusNumber", device, ip FROM "Session" WHERE id = ${sessionId}
    ), rotated AS (
      UPDATE "Session" s SET
        counter = ${counter}::bigint + 1, "rotatedAt" = now(), "lastSeenAt" = now(),
        "idleExpiresAt" = least(now() + s."idleSeconds" * interval '1 second', s."absoluteExpiresAt"),
        "userAgent" = ${facts.userAgent}, device = ${facts.device}, ip = coalesce(${facts.ip}, s.ip),
        "refreshKeyId" = ${refreshKeyId}::int, network = coalesce(s.network, ${network}::text)
      FROM "User" u
      WHERE s.id = ${sessionId} AND u.id = s."userId" AND s.kind = ${kind}::"SessionKind"
        AND s."secretHash" = ${secretHash} AND s."endedAt" IS NULL AND ${IS_OPEN_ACCOUNT}
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
      b.counter::float8 AS "beforeCounter", b."statusNumber"::float8 AS "beforeNumber", b.device AS "beforeDevice", b.ip AS "beforeIp"
    FROM found s JOIN "User" u ON u.id = s."userId" JOIN before b ON b.id = s.id`;
  if (row === undefined) return null;
  const { beforeCounter, beforeNumber, beforeDevice, beforeIp, ...rest } = row;
  const before = { counter: beforeCounter, statusNumber: beforeNumber, device: beforeDevice, ip: beforeIp };
  return { ...rest, before };
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

/** The role of a person as it is now. */
export async function readRole(userId: string): Promise<Role> {
  const { role } = await db().user.findUniqueOrThrow({ where: { id: userId }, select: { role: true } });
  return role;
}

/** Whose session it is or was, for whoever knows its secret; null when there is none. */
export async function findOwner(sessionId: string, secretHash: Bytes): Promise<string | null> {
  const row = await db().session.findFirst({ where: { id: sessionId, secretHash }, select: { userId: true } });
  return row?.userId ?? null;
}
