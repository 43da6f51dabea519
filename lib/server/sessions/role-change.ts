import 'server-only';
import type { Role } from '@/lib/core/token/claims';
import { recordAudit } from '@/lib/server/audit/audit-log';
import { db, type Transaction } from '@/lib/server/database/client';
import { noteStale } from '@/lib/server/database/live-state';
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
export async function changeRole(email: string, role: Role): Promise<RoleChange> {
  const { change, staleNumbers } = await db().$transaction((tx) => changeWith(tx, email, role));
  noteStale(staleNumbers);
  return change;
}

type Changed = { readonly change: RoleChange; readonly staleNumbers: readonly number[] };
const without = (kind: Exclude<RoleChange['kind'], 'changed'>): Changed => ({ change: { kind }, staleNumbers: [] });

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
  return { change: { kind: 'changed', from }, staleNumbers: await markStaleWith(tx, id) };
}

/** Those who can act as admins. Locked, in one order: of two who go at the same moment, the second sees the first gone. */
const lockAdmins = (tx: Transaction) => tx.$queryRaw<{ id: string }[]>`
  SELECT id FROM "User" WHERE role = 'admin' AND "disabledAt" IS NULL ORDER BY id FOR UPDATE`;
