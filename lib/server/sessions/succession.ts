import 'server-only';
import { REVOCATION_RETENTION_SECONDS } from '@/lib/core/policy';
import { hashSessionSecret } from '@/lib/core/token/refresh-token';
import type { Transaction } from '@/lib/server/database/client';
import { networkNow, type RequestFacts } from '@/lib/server/http/request-facts';
import { isUsableFrom } from './home-network';
import { lockedPerson } from './locked-person';
import { SESSION_COLUMNS, type SessionRow } from './session-store';
import type { SessionIdentity } from './start';
import { newRefreshKeyId } from './tokens';

/** A session of a browser that gives way to a new one, because its person proved who they are or changed the account. */
export type Succession = {
  readonly userId: string;
  readonly sessionId: string;
  /** What the new session will be known by. */
  readonly identity: SessionIdentity;
  readonly facts: RequestFacts;
  /**
   * A proof that was just given: its RFC 8176 values, and since when the password had been set if it was one. Null for a
   * change, after which a session says as before when and how its person proved who they are.
   */
  readonly proof: { readonly amr: readonly string[]; readonly passwordSince: Date | null } | null;
};

export type Succeeded = { readonly session: SessionRow; readonly endedNumber: number };

/**
 * Ends a session as `superseded` and begins one in its place, in one statement: a copy of the old cookies is worth nothing
 * after it. What the old one was stays: since when the person is signed in, whether the browser keeps it, its network, and
 * its last day. Null when the session is over, of a program, or of another network, when the person is disabled, and when
 * the password that was the proof gave way to another one: then nothing was written.
 */
export async function succeedSession(succession: Succession, tx: Transaction): Promise<Succeeded | null> {
  const { userId, sessionId, identity, facts, proof } = succession;
  const secretHash = await hashSessionSecret(identity.secret);
  const refreshKeyId = await newRefreshKeyId();
  const [row] = await tx.$queryRaw<(SessionRow & { endedNumber: number })[]>`
    WITH person AS MATERIALIZED (
      ${lockedPerson({ userId, passwordSince: proof?.passwordSince ?? null })}
    ), old AS (
      UPDATE "Session" s SET "endedAt" = now(), "endReason" = 'superseded'
      WHERE s.id = ${sessionId} AND s."userId" = (SELECT id FROM person) AND s.kind = 'browser' AND s."endedAt" IS NULL
        AND s."idleExpiresAt" > now() AND s."absoluteExpiresAt" > now() AND ${isUsableFrom(networkNow(facts))}
      RETURNING s.*
    ), revoked AS (
      INSERT INTO "Revocation" ("statusNumber", "keepUntil")
      SELECT "statusNumber", now() + ${REVOCATION_RETENTION_SECONDS} * interval '1 second' FROM old
      ON CONFLICT DO NOTHING
    ), created AS (
      INSERT INTO "Session" (id, "userId", kind, "clientId", "secretHash", "createdAt", "idleSeconds", "idleExpiresAt",
        "absoluteExpiresAt", remember, amr, "authenticatedAt", audience, network, "refreshKeyId", "userAgent", device, name, ip)
      SELECT ${identity.id}, "userId", kind, "clientId", ${secretHash}, "createdAt", "idleSeconds",
        least(now() + "idleSeconds" * interval '1 second', "absoluteExpiresAt"), "absoluteExpiresAt", remember,
        ARRAY(SELECT value FROM unnest(amr || ${proof?.amr ?? []}::text[]) WITH ORDINALITY AS joined(value, at)
          GROUP BY value ORDER BY min(at)),
        CASE WHEN ${proof !== null}::boolean THEN now() ELSE "authenticatedAt" END, audience, network,
        ${refreshKeyId}::int, ${facts.userAgent}, ${facts.device}, name, coalesce(${facts.ip}, ip)
      FROM old RETURNING *
    )
    SELECT ${SESSION_COLUMNS}, (SELECT "statusNumber"::float8 FROM old) AS "endedNumber"
    FROM created s JOIN person u ON u.id = s."userId"`;
  if (row === undefined) return null;
  const { endedNumber, ...session } = row;
  return { session, endedNumber };
}
