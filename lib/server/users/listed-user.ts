import 'server-only';
import { db } from '@/lib/server/database/client';
import { Prisma } from '@/lib/server/database/generated/prisma/client';
import { PUBLIC_COLUMNS, type PublicUser } from './user-store';

/** A person as admins see them in a list. Times are ISO 8601. */
export type ListedUser = PublicUser & {
  readonly createdAt: string;
  readonly disabledAt: string | null;
  /** The person asked for their account to be deleted then. */
  readonly deletesAt: string | null;
  readonly liveSessions: number;
  /** A password alone does not sign them in. */
  readonly secondFactor: boolean;
};

type Dates = { createdAt: Date; disabledAt: Date | null; deletesAt: Date | null };
export type ListedRow = Omit<ListedUser, keyof Dates> & Dates;

/** Condition over a session `s`: it was not ended, and is not over by itself. */
export const IS_LIVE = Prisma.sql`s."endedAt" IS NULL AND s."idleExpiresAt" > now() AND s."absoluteExpiresAt" > now()`;

/**
 * Of `u`. What belongs to one person is what an index finds; in place of `EXISTS`, for which PostgreSQL may read a table whole
 * and keep it.
 */
export const LISTED_COLUMNS = Prisma.sql`
  ${PUBLIC_COLUMNS}, u."createdAt", u."disabledAt", u."deletesAt",
  (SELECT count(*)::int FROM "Session" s WHERE s."userId" = u.id AND ${IS_LIVE}) AS "liveSessions",
  coalesce((SELECT true FROM "Totp" t WHERE t."userId" = u.id LIMIT 1),
    (SELECT true FROM "Passkey" k WHERE k."userId" = u.id LIMIT 1), false)
    AS "secondFactor"`;

export const listed = ({ createdAt, disabledAt, deletesAt, ...user }: ListedRow): ListedUser => ({
  ...user,
  createdAt: createdAt.toISOString(),
  disabledAt: disabledAt?.toISOString() ?? null,
  deletesAt: deletesAt?.toISOString() ?? null,
});

/** The line of one person; null when there is none. An address is in its one spelling (`normalizeEmail`). */
export async function findListedUser(
  who: { readonly id: string } | { readonly email: string },
): Promise<ListedUser | null> {
  const condition = 'id' in who ? Prisma.sql`u.id = ${who.id}` : Prisma.sql`u.email = ${who.email}`;
  const [row] = await db().$queryRaw<ListedRow[]>`SELECT ${LISTED_COLUMNS} FROM "User" u WHERE ${condition}`;
  return row === undefined ? null : listed(row);
}
