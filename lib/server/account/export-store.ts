import 'server-only';
import { type EventRow, type EventView, eventView, OWNER_EVENT_COLUMNS } from '@/lib/server/audit/event-view';
import { db } from '@/lib/server/database/client';

type Dated = { readonly createdAt: Date };

/** What is kept of a person, by table; nothing that opens anything, such as a hash, key, token or code. */
export type PersonalData = {
  readonly account: Dated & {
    readonly id: string;
    readonly email: string;
    readonly name: string | null;
    readonly role: string;
    readonly password: { readonly changedAt: Date } | null;
    readonly totp: Dated | null;
    readonly passkeys: readonly object[];
    readonly recoveryCodes: readonly object[];
    readonly factorReset: object | null;
    readonly mailLinks: readonly object[];
  };
  readonly sessions: readonly object[];
  readonly events: readonly EventView[];
};

/** Null when the account is gone. Three statements. */
export async function readPersonalData(userId: string): Promise<PersonalData | null> {
  const [account] = await db().$queryRaw<PersonalData['account'][]>`
    SELECT u.id, u.email, u.name, u.role::text AS role, u."createdAt",
      (SELECT jsonb_build_object('changedAt', p."changedAt") FROM "Password" p WHERE p."userId" = u.id) AS password,
      (SELECT jsonb_build_object('createdAt', t."createdAt") FROM "Totp" t WHERE t."userId" = u.id) AS totp,
      ARRAY(
        SELECT jsonb_build_object('name', k.name, 'createdAt', k."createdAt", 'lastUsedAt', k."lastUsedAt", 'synced',
          k."backedUp", 'transports', k.transports, 'model', k.aaguid)
        FROM "Passkey" k WHERE k."userId" = u.id ORDER BY k."createdAt", k.id
      ) AS passkeys,
      ARRAY(
        SELECT jsonb_build_object('createdAt', c."createdAt", 'usedAt', c."usedAt")
        FROM "RecoveryCode" c WHERE c."userId" = u.id ORDER BY c."usedAt"
      ) AS "recoveryCodes",
      (
        SELECT jsonb_build_object('reason', r.reason, 'createdAt', r."createdAt", 'notBefore', r."notBefore", 'expiresAt',
          r."expiresAt") FROM "FactorReset" r WHERE r."userId" = u.id
      ) AS "factorReset",
      ARRAY(
        SELECT jsonb_build_object('purpose', l.purpose, 'address', l.address, 'createdAt', l."createdAt", 'usedAt',
          l."usedAt", 'expiresAt', l."expiresAt")
        FROM "MailLink" l WHERE l."userId" = u.id ORDER BY l."createdAt"
      ) AS "mailLinks"
    FROM "User" u WHERE u.id = ${userId}`;
  if (account === undefined) return null;
  return { account, sessions: await sessionsOf(userId), events: await eventsOf(userId) };
}

/** All that are stored, the ended ones too. */
const sessionsOf = (userId: string) =>
  db().session.findMany({
    where: { userId },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    select: {
      id: true,
      kind: true,
      clientId: true,
      audience: true,
      network: true,
      createdAt: true,
      lastSeenAt: true,
      idleExpiresAt: true,
      absoluteExpiresAt: true,
      remember: true,
      authenticatedAt: true,
      amr: true,
      endedAt: true,
      endReason: true,
      userAgent: true,
      device: true,
      name: true,
      ip: true,
    },
  });

async function eventsOf(userId: string): Promise<EventView[]> {
  const rows = await db().$queryRaw<EventRow[]>`
    SELECT ${OWNER_EVENT_COLUMNS} FROM "AuditEvent" e WHERE e."userId" = ${userId} ORDER BY e.id`;
  return rows.map((row) => ({ ...eventView(row), userAgent: row.userAgent }));
}
