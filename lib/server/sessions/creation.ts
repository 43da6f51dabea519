import 'server-only';
import type { Bytes } from '@/lib/core/encoding';
import { MAX_LIVE_SESSIONS, REVOCATION_RETENTION_SECONDS } from '@/lib/core/policy';
import { db, type Transaction } from '@/lib/server/database/client';
import { Prisma, type SessionKind } from '@/lib/server/database/generated/prisma/client';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import type { Entry } from './entry';
import { isUsableFrom } from './home-network';
import { lockedPerson } from './locked-person';
import { type NewDeviceNotice, noticeOf } from './new-device';
import { SESSION_COLUMNS, type SessionRow } from './session-store';

export type NewSession = {
  readonly id: string;
  readonly userId: string;
  readonly kind: SessionKind;
  readonly clientId: string | null;
  readonly secretHash: Bytes;
  readonly idleSeconds: number;
  readonly absoluteSeconds: number;
  readonly remember: boolean;
  readonly amr: readonly string[];
  /** Since when the password that was compared had been set; null where no password was the proof. */
  readonly passwordSince: Date | null;
  /** Of the second factors by which it was decided that none is asked for; null where one was the proof. */
  readonly factorsVersion: number | null;
  /** What becomes true with it, or it does not begin. */
  readonly entry: Entry;
  readonly facts: RequestFacts;
  readonly audience: string | null;
  readonly network: string | null;
  readonly refreshKeyId: number;
  /** Told to the owner, where the device turns out to be a new one; null where it is known. */
  readonly notice: NewDeviceNotice | null;
  /** The session that this one replaces, proven by its secret; ended as `superseded`, without alarm. */
  readonly supersedes: { readonly id: string; readonly secretHash: Bytes; readonly network: string | null } | null;
};

export type CreatedSession = {
  readonly session: SessionRow;
  /** The sessions that ended for it, by status number. */
  readonly endedNumbers: readonly number[];
  /** Whose session was to be replaced from a network that it is not bound to, and was not. */
  readonly refusedUserId: string | null;
  /** True: a mail about the device waits to be sent. */
  readonly isNoticed: boolean;
};

/**
 * Creates a session, ends the one it replaces and the oldest beyond the cap, and writes revocations and the audit
 * event: all or nothing, in one statement. Null when the user is gone or disabled, the password or the second factors are
 * others by now, or the entry is closed.
 *
 * The person is locked against whatever changes how they prove themselves, and is looked at again under that lock: a session
 * whose password gave way meanwhile does not begin, and one that began before ends with the others of that person.
 */
export async function createSession(session: NewSession, tx: Transaction = db()): Promise<CreatedSession | null> {
  const { facts, supersedes, notice, entry } = session;
  const oldId = supersedes?.id ?? null;
  const [row] = await tx.$queryRaw<(SessionRow & Omit<CreatedSession, 'session'>)[]>`
    WITH locked AS MATERIALIZED (
      ${lockedPerson(session)}
    )${entry.parts}, person AS MATERIALIZED (
      SELECT id FROM locked WHERE ${entry.isOpen}
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
      INSERT INTO "Session" (id, "userId", kind, "clientId", "secretHash", "idleSeconds", "idleExpiresAt", "absoluteExpiresAt",
        remember, amr, audience, network, "refreshKeyId", "userAgent", device, ip)
      SELECT ${session.id}, person.id, ${session.kind}::"SessionKind", ${session.clientId}, ${session.secretHash}, ${session.idleSeconds}::int,
        now() + ${session.idleSeconds} * interval '1 second', now() + ${session.absoluteSeconds} * interval '1 second',
        ${session.remember}, ${session.amr}::text[], ${session.audience}, ${session.network},
        ${session.refreshKeyId}::int, ${facts.userAgent}, ${facts.device}, ${facts.ip}
      FROM person RETURNING *
    ), audited AS (
      INSERT INTO "AuditEvent" (type, "userId", "sessionId", ip, "userAgent")
      SELECT 'signed_in', created."userId", created.id, ${facts.ip}, ${facts.userAgent} FROM created
      UNION ALL
      SELECT 'session_' || reason, "userId", id, ${facts.ip}, ${facts.userAgent} FROM ended
    )${noticeOf(notice)}
    SELECT ${SESSION_COLUMNS}, ARRAY(SELECT "statusNumber"::float8 FROM ended) AS "endedNumbers",
      (SELECT "userId" FROM brought WHERE "endedAt" IS NULL AND NOT "isAtHome") AS "refusedUserId",
      ${notice === null ? Prisma.sql`false` : Prisma.sql`EXISTS (SELECT FROM noticed)`} AS "isNoticed"
    FROM created s JOIN locked u ON u.id = s."userId"`;
  if (row === undefined) return null;
  const { endedNumbers, refusedUserId, isNoticed, ...created } = row;
  return { session: created, endedNumbers, refusedUserId, isNoticed };
}
