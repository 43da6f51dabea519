import 'server-only';
import type { Role } from '@/lib/core/token/claims';
import { db, type Transaction } from '@/lib/server/database/client';
import { Prisma } from '@/lib/server/database/generated/prisma/client';
import { noteStale } from '@/lib/server/database/live-state';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { actingAdmins } from '@/lib/server/users/last-admin';
import { LISTED_COLUMNS, type ListedRow, type ListedUser, listed } from '@/lib/server/users/listed-user';
import { markStaleOfLocked } from './claims-change';

/** What a change of role came to. */
export type RoleChange =
  | { readonly kind: 'unknown_user' }
  | { readonly kind: 'unchanged'; readonly user: ListedUser }
  /** Nothing changed: without them nobody could administer anything. */
  | { readonly kind: 'last_admin' }
  | { readonly kind: 'changed'; readonly from: Role; readonly user: ListedUser };

/**
 * Gives a person another role: role, audit event and the staleness of their tokens are one transaction. Nobody is signed out:
 * every verifier refuses what says the old role within seconds, and a refresh brings a token that says the new one.
 *
 * @param email In its one spelling (`normalizeEmail`).
 */
export const changeRole = (email: string, role: Role): Promise<RoleChange> =>
  changeRoleOf(Prisma.sql`u.email = ${email}`, role, NO_ADMIN);

/** Who changes it, for the audit log: the admin and what is known of their request. */
export type RoleChanger = { readonly actorId: string | null; readonly facts: RequestFacts | null };
const NO_ADMIN: RoleChanger = { actorId: null, facts: null };

/** As `changeRole`, by an admin, of the person of an id. */
export const changeRoleById = (userId: string, role: Role, changer: RoleChanger): Promise<RoleChange> =>
  changeRoleOf(Prisma.sql`u.id = ${userId}`, role, changer);

async function changeRoleOf(person: Prisma.Sql, role: Role, changer: RoleChanger): Promise<RoleChange> {
  const { row, staleNumbers } = await db().$transaction(async (tx) => {
    const row = await writeRole(person, role, changer, tx);
    return { row, staleNumbers: row?.isDone ? await markStaleOfLocked(tx, row.id) : [] };
  });
  noteStale(staleNumbers);
  if (row === null) return { kind: 'unknown_user' };
  const { from, isLast, isDone, ...before } = row;
  if (isDone) return { kind: 'changed', from, user: listed({ ...before, role }) };
  return isLast && from !== role
    ? { kind: 'last_admin' }
    : { kind: 'unchanged', user: listed({ ...before, role: from }) };
}

/** The person as they were before. `isLast`: nobody else could administer anything, so that they stay an admin. */
type Row = ListedRow & { readonly from: Role; readonly isLast: boolean; readonly isDone: boolean };

/**
 * `person` is a condition over `u`. Where one of them may go, admins are locked before the person, and whoever has the role
 * already is not locked: so nobody waits in a circle.
 */
async function writeRole(
  person: Prisma.Sql,
  role: Role,
  { actorId, facts }: RoleChanger,
  tx: Transaction,
): Promise<Row | null> {
  const [row] = await tx.$queryRaw<Row[]>`
    WITH admins AS MATERIALIZED (${actingAdmins(role !== 'admin')}), mine AS MATERIALIZED (
      SELECT (SELECT count(*) FROM admins) = 1
        AND EXISTS (SELECT FROM admins a JOIN "User" u ON u.id = a.id WHERE ${person}) AS "isLast"
    ), before AS MATERIALIZED (
      SELECT u.id, u.role FROM "User" u
      WHERE ${person} AND u.role <> ${role}::"Role" AND NOT (SELECT "isLast" FROM mine) FOR UPDATE
    ), done AS (
      UPDATE "User" u SET role = ${role}::"Role" FROM before b WHERE u.id = b.id RETURNING u.id
    ), audited AS (
      INSERT INTO "AuditEvent" (type, "userId", "actorId", ip, "userAgent", details)
      SELECT 'role_changed', b.id, ${actorId}, ${facts?.ip ?? null}, ${facts?.userAgent ?? null},
        jsonb_build_object('from', b.role, 'to', ${role}::text)
      FROM before b JOIN done d ON d.id = b.id
    )
    SELECT ${LISTED_COLUMNS}, coalesce(b.role, u.role)::text AS "from", (SELECT "isLast" FROM mine) AS "isLast",
      EXISTS (SELECT FROM done) AS "isDone"
    FROM "User" u LEFT JOIN before b ON b.id = u.id WHERE ${person}`;
  return row ?? null;
}
