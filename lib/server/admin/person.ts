import 'server-only';
import { describeProgram } from '@/lib/core/http/user-agent';
import { searchAudit } from '@/lib/server/audit/audit-search';
import type { EventView } from '@/lib/server/audit/event-view';
import { db } from '@/lib/server/database/client';
import { IS_LIVE, LISTED_COLUMNS, type ListedRow, type ListedUser, listed } from '@/lib/server/users/listed-user';

/** A live session of somebody, as admins see it. Times are ISO 8601. */
export type PersonSession = {
  readonly id: string;
  readonly kind: 'browser' | 'api';
  readonly device: string | null;
  readonly ip: string | null;
  readonly createdAt: string;
  readonly lastSeenAt: string;
};

/** A reset of second factors that is under way. Times are ISO 8601. */
export type PendingReset = {
  /** The id of the admin; null from the command line. */
  readonly requestedBy: string | null;
  readonly reason: string;
  readonly createdAt: string;
  readonly notBefore: string;
  readonly expiresAt: string;
};

/** All that admins see of a person. What the person knows or holds is not among it: that there is one, and no more. */
export type AdminPerson = ListedUser & {
  readonly hasPassword: boolean;
  readonly factors: { readonly totp: boolean; readonly passkeys: number; readonly recoveryCodesLeft: number };
  readonly factorReset: PendingReset | null;
  /** Newest use first. */
  readonly sessions: readonly PersonSession[];
  /** The newest of them, newest first. */
  readonly events: readonly EventView[];
};

const EVENTS = 20;
const SESSIONS = 100;

type SessionRow = Omit<PersonSession, 'device'> & { readonly device: string | null; readonly userAgent: string | null };
type Row = ListedRow & {
  readonly hasPassword: boolean;
  readonly totp: boolean;
  readonly passkeys: number;
  readonly recoveryCodesLeft: number;
  readonly factorReset: PendingReset | null;
  readonly sessions: readonly SessionRow[];
};

/** Everything about one person, in two statements; null when nobody has that id. */
export async function findPerson(id: string): Promise<AdminPerson | null> {
  const [row] = await db().$queryRaw<Row[]>`
    SELECT ${LISTED_COLUMNS}, EXISTS (SELECT FROM "Password" p WHERE p."userId" = u.id) AS "hasPassword",
      EXISTS (SELECT FROM "Totp" t WHERE t."userId" = u.id) AS totp,
      (SELECT count(*)::int FROM "Passkey" k WHERE k."userId" = u.id) AS passkeys,
      (SELECT count(*)::int FROM "RecoveryCode" c WHERE c."userId" = u.id AND c."usedAt" IS NULL) AS "recoveryCodesLeft",
      (SELECT jsonb_build_object('requestedBy', r."requestedBy", 'reason', r.reason, 'createdAt', r."createdAt",
          'notBefore', r."notBefore", 'expiresAt', r."expiresAt")
        FROM "FactorReset" r WHERE r."userId" = u.id AND r."expiresAt" > now()) AS "factorReset",
      coalesce((
        SELECT jsonb_agg(to_jsonb(s) ORDER BY s."lastSeenAt" DESC, s.id) FROM (
          SELECT s.id, s.kind, s.device, s."userAgent", s.ip, s."createdAt", s."lastSeenAt" FROM "Session" s
          WHERE s."userId" = u.id AND ${IS_LIVE} ORDER BY s."lastSeenAt" DESC, s.id LIMIT ${SESSIONS}
        ) s
      ), '[]') AS sessions
    FROM "User" u WHERE u.id = ${id}`;
  if (row === undefined) return null;
  const { hasPassword, totp, passkeys, recoveryCodesLeft, factorReset, sessions, ...user } = row;
  const { events } = await searchAudit({ user: id }, { before: null, limit: EVENTS });
  return {
    ...listed(user),
    hasPassword,
    factors: { totp, passkeys, recoveryCodesLeft },
    factorReset: factorReset === null ? null : withIsoTimes(factorReset),
    sessions: sessions.map(sessionOf),
    events,
  };
}

// PostgreSQL writes times into JSON with an offset of its own.
const iso = (at: string): string => new Date(at).toISOString();

const withIsoTimes = ({ createdAt, notBefore, expiresAt, ...reset }: PendingReset): PendingReset => ({
  ...reset,
  createdAt: iso(createdAt),
  notBefore: iso(notBefore),
  expiresAt: iso(expiresAt),
});

const sessionOf = ({ device, userAgent, createdAt, lastSeenAt, ...session }: SessionRow): PersonSession => ({
  ...session,
  device: device ?? (session.kind === 'api' ? describeProgram(userAgent) : null),
  createdAt: iso(createdAt),
  lastSeenAt: iso(lastSeenAt),
});
