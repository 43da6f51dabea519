import 'server-only';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { networkOf } from '@/lib/core/http/network-address';
import { describeProgram } from '@/lib/core/http/user-agent';
import { roundLastSeen } from '@/lib/core/policy';
import { fromDate, toIso } from '@/lib/core/time';
import { db } from '@/lib/server/database/client';
import { databaseNow } from '@/lib/server/database/live-state';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { endSessions } from './ending';

/** A live session as its owner sees it. Times are ISO 8601; `lastSeenAt` is rounded down to 5 minutes. */
export type SessionSummary = {
  readonly id: string;
  readonly current: boolean;
  readonly kind: 'browser' | 'api';
  /** The other service that a program's session is for; null for this one. */
  readonly audience: string | null;
  readonly createdAt: string;
  readonly lastSeenAt: string;
  readonly expiresAt: string;
  readonly device: string | null;
  /** What its owner calls it. */
  readonly name: string | null;
  readonly ip: string | null;
  /** That of its address: an IPv4 address, or the /64 of an IPv6 one. */
  readonly network: string | null;
  /** The network outside of which it is worth nothing; null where it may be used anywhere. */
  readonly boundTo: string | null;
  /** When its person last proved who they are, and how (RFC 8176 values). */
  readonly authTime: string;
  readonly amr: readonly string[];
};

/** Any other text is no id of ours, and some of it PostgreSQL cannot even store. */
const SESSION_ID = /^[A-Za-z0-9_-]{22}$/;

const ENDED_BY_OWNER = { reason: 'ended_by_owner', audit: 'session_ended' } as const;

/** Live sessions of one person: this one first, then by last use. */
export async function listSessions(userId: string, currentSessionId: string): Promise<SessionSummary[]> {
  const now = new Date((await databaseNow()) * 1_000);
  const rows = await db().session.findMany({
    where: { userId, endedAt: null, idleExpiresAt: { gt: now }, absoluteExpiresAt: { gt: now } },
    orderBy: [{ lastSeenAt: 'desc' }, { id: 'asc' }],
    select: {
      id: true,
      kind: true,
      audience: true,
      createdAt: true,
      lastSeenAt: true,
      device: true,
      userAgent: true,
      name: true,
      ip: true,
      network: true,
      authenticatedAt: true,
      amr: true,
      idleExpiresAt: true,
      absoluteExpiresAt: true,
    },
  });
  const summaries = rows.map((row) => ({
    id: row.id,
    current: row.id === currentSessionId,
    kind: row.kind,
    audience: row.audience,
    createdAt: row.createdAt.toISOString(),
    lastSeenAt: toIso(Math.max(roundLastSeen(fromDate(row.lastSeenAt)), fromDate(row.createdAt))),
    expiresAt: new Date(Math.min(row.idleExpiresAt.getTime(), row.absoluteExpiresAt.getTime())).toISOString(),
    device: row.device ?? (row.kind === 'api' ? describeProgram(row.userAgent) : null),
    name: row.name,
    ip: row.ip,
    network: row.ip === null ? null : networkOf(row.ip),
    boundTo: row.network,
    authTime: row.authenticatedAt.toISOString(),
    amr: row.amr,
  }));
  return [...summaries.filter((session) => session.current), ...summaries.filter((session) => !session.current)];
}

/** The session that a person uses while they end others. */
export type Asking = { readonly sub: string; readonly sid: string };

/**
 * Ends one session of the person who asks. A foreign, unknown or ended one is `not_found`: the three look the same from
 * outside.
 */
export async function endSession(
  { sub: userId, sid: askedBy }: Asking,
  sessionId: string,
  facts: RequestFacts,
): Promise<Result<void, 'not_found'>> {
  if (!SESSION_ID.test(sessionId)) return fail('not_found');
  const ended = await endSessions({ userId, sessionId }, { ...ENDED_BY_OWNER, facts, askedBy });
  return ended === 0 ? fail('not_found') : succeed(undefined);
}

/** Gives a live session another name, for its owner to know it by; null takes the name away. `not_found` as above. */
export async function renameSession(
  userId: string,
  sessionId: string,
  name: string | null,
): Promise<Result<void, 'not_found'>> {
  if (!SESSION_ID.test(sessionId)) return fail('not_found');
  const renamed = await db().session.updateMany({ where: { id: sessionId, userId, endedAt: null }, data: { name } });
  return renamed.count === 0 ? fail('not_found') : succeed(undefined);
}

/** Ends every session of the person who asks, the asking one with them; returns how many. */
export async function endAllSessions({ sub: userId, sid }: Asking, facts: RequestFacts): Promise<number> {
  return endSessions({ userId }, { ...ENDED_BY_OWNER, facts, askedBy: sid });
}

/** Ends every session of the person who asks but the asking one; returns how many. */
export async function endOtherSessions({ sub: userId, sid }: Asking, facts: RequestFacts): Promise<number> {
  return endSessions({ userId, exceptSessionId: sid }, { ...ENDED_BY_OWNER, facts, askedBy: sid });
}
