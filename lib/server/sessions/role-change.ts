import 'server-only';
import type { Role } from '@/lib/core/token/claims';
import { recordAudit } from '@/lib/server/audit/audit-log';
import { db, type Transaction } from '@/lib/server/database/client';
import { Prisma } from '@/lib/server/database/generated/prisma/client';
import { noteStale } from '@/lib/server/database/live-state';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { ACTING_ADMINS } from '@/lib/server/users/last-admin';
import { markStaleWith } from './claims-change';

/** What a change of role came to. */
export type RoleChange =
  | { readonly kind: 'unknown_user' }
  | { readonly kind: 'unchanged' }
  /** Nothing changed: without them nobody could administer anything. */
  | { readonly kind: 'last_admin' }
  | { readonly kind: 'changed'; readonly from: Role };

/**
 * Gives a person another role: role, audit event and the staleness of their tokens are one transaction. Nobody is signed out:
 * every verifier refuses what says the old role within seconds, and a refresh brings a token that says the new one.
 *
 * @param email In its one spelling (`normalizeEmail`).
 */
export const changeRole = (email: string, role: Role): Promise<RoleChange> =>
  changeRoleOf(Prisma.sql`email = ${email}`, role, NO_ADMIN);

/** Who changes it, for the audit log: the admin and what is known of their request. */
export type RoleChanger = { readonly actorId: string | null; readonly facts: RequestFacts | null };
const NO_ADMIN: RoleChanger = { actorId: null, facts: null };

/** As `changeRole`, by an admin, of the person of an id. */
export const changeRoleById = (userId: string, role: Role, changer: RoleChanger): Promise<RoleChange> =>
  changeRoleOf(Prisma.sql`id = ${userId}`, role, changer);

async function changeRoleOf(person: Prisma.Sql, role: Role, changer: RoleChanger): Promise<RoleChange> {
  const { change, staleNumbers } = await db().$transaction((tx) => changeWith(tx, person, role, changer));
  noteStale(staleNumbers);
  return change;
}

type Changed = { readonly change: RoleChange; readonly staleNumbers: readonly number[] };
const without = (kind: Exclude<RoleChange['kind'], 'changed'>): Changed => ({ change: { kind }, staleNumbers: [] });

async function changeWith(
  tx: Transaction,
  person: Prisma.Sql,
  role: Role,
  { actorId, facts }: RoleChanger,
): Promise<Changed> {
  const admins = role === 'admin' ? [] : await lockAdmins(tx);
  const [user] = await tx.$queryRaw<{ id: string; role: Role }[]>`
    SELECT id, role::text AS role FROM "User" WHERE ${person} FOR UPDATE`;
  if (user === undefined) return without('unknown_user');
  const { id, role: from } = user;
  if (from === role) return without('unchanged');
  if (admins.length === 1 && admins[0]?.id === id) return without('last_admin');
  await tx.$executeRaw`UPDATE "User" SET role = ${role}::"Role" WHERE id = ${id}`;
  const { ip = null, userAgent = null } = facts ?? {};
  await recordAudit({ type: 'role_changed', userId: id, actorId, ip, userAgent, details: { from, to: role } }, tx);
  return { change: { kind: 'changed', from }, staleNumbers: await markStaleWith(tx, id) };
}

const lockAdmins = (tx: Transaction) => tx.$queryRaw<{ id: string }[]>(ACTING_ADMINS);
