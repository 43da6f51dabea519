import 'server-only';
import { ROLES, type Role } from '@/lib/core/token/claims';
import { recordAudit } from '@/lib/server/audit/audit-log';
import { db, type Transaction } from '@/lib/server/database/client';
import { noteEnded } from '@/lib/server/database/live-state';
import { endSessionsWith } from './ending';

/** What a change of role came to. */
export type RoleChange =
  | { readonly kind: 'unknown_user' }
  | { readonly kind: 'unchanged' }
  /** Nothing changed: without them nobody could administer anything. */
  | { readonly kind: 'last_admin' }
  | { readonly kind: 'changed'; readonly from: Role; readonly losesRights: boolean; readonly endedSessions: number };

/**
 * Gives a person another role: role, audit event and the end of their sessions are one transaction. Who loses rights is
 * signed out everywhere, because other services believe what a token says for as long as it lives. Who gains some is not:
 * our own pages read the role from the database, and the next refresh writes it into the token.
 *
 * @param email In its one spelling (`normalizeEmail`).
 */
export async function changeRole(email: string, role: Role): Promise<RoleChange> {
  const { change, endedNumbers } = await db().$transaction((tx) => changeWith(tx, email, role));
  noteEnded(endedNumbers);
  return change;
}

type Changed = { readonly change: RoleChange; readonly endedNumbers: readonly number[] };
const without = (kind: Exclude<RoleChange['kind'], 'changed'>): Changed => ({ change: { kind }, endedNumbers: [] });

async function changeWith(tx: Transaction, email: string, role: Role): Promise<Changed> {
  const admins = role === 'admin' ? [] : await lockAdmins(tx);
  const [user] = await tx.$queryRaw<{ id: string; role: Role }[]>`
    SELECT id, role::text AS role FROM "User" WHERE email = ${email} FOR UPDATE`;
  if (user === undefined) return without('unknown_user');
  const { id, role: from } = user;
  if (from === role) return without('unchanged');
  if (admins.length === 1 && admins[0]?.id === id) return without('last_admin');
  await tx.$executeRaw`UPDATE "User" SET role = ${role}::"Role" WHERE id = ${id}`;
  await recordAudit({ type: 'role_changed', userId: id, details: { from, to: role } }, tx);
  const losesRights = ROLES.indexOf(role) < ROLES.indexOf(from);
  const ending = { reason: 'role_changed', audit: 'session_ended', facts: null, askedBy: null } as const;
  const endedNumbers = losesRights ? (await endSessionsWith(tx, { userId: id }, ending)).endedNumbers : [];
  return { change: { kind: 'changed', from, losesRights, endedSessions: endedNumbers.length }, endedNumbers };
}

/** Those who can act as admins. Locked, in one order: of two who go at the same moment, the second sees the first gone. */
const lockAdmins = (tx: Transaction) => tx.$queryRaw<{ id: string }[]>`
  SELECT id FROM "User" WHERE role = 'admin' AND "disabledAt" IS NULL ORDER BY id FOR UPDATE`;
