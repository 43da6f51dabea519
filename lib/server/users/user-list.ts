import 'server-only';
import { db } from '@/lib/server/database/client';
import { Prisma } from '@/lib/server/database/generated/prisma/client';
import { PUBLIC_COLUMNS, type PublicUser } from './user-store';

/** A line of the admin's list. Times are ISO 8601. */
export type ListedUser = PublicUser & {
  readonly createdAt: string;
  readonly disabledAt: string | null;
  readonly liveSessions: number;
};

/** A page of the list; `previous` and `next` are for `before` and `after` of the pages beside it, null where there is none. */
export type UserPage = {
  readonly users: readonly ListedUser[];
  readonly previous: string | null;
  readonly next: string | null;
};

export type AskedPage = { readonly after?: string | undefined; readonly before?: string | undefined };

export const USERS_PAGE_SIZE = 25;

/** Where a user stands in the list: milliseconds of `createdAt`, and the id, which orders users of one moment. */
type Place = { readonly createdAt: Date; readonly id: string };

const PLACE = /^(\d{1,14})\.([A-Za-z0-9_-]{22})$/;

type Row = PublicUser & { createdAt: Date; disabledAt: Date | null; liveSessions: number };

/**
 * A page of all users, newest first: the one after or before a place that another page named, else the first. A page costs
 * the same wherever it is and however many there are, so nobody is counted: live sessions of those shown, and no total.
 *
 * A text that is no place leads to the first page. So does `before` where less than a page stands before it, so that going
 * back ends at a full page. `after` the last user there is nobody.
 */
export async function listUsers({ after, before }: AskedPage = {}): Promise<UserPage> {
  const from = placeIn(after);
  const until = from === null ? placeIn(before) : null;
  if (until !== null) {
    const rows = await readRows(earlierThan(until), Prisma.sql`"createdAt", id DESC`);
    const shown = rows.slice(0, USERS_PAGE_SIZE).reverse();
    if (rows.length > USERS_PAGE_SIZE) return pageOf(shown, { hasPrevious: true, hasNext: true });
  }
  const rows = await readRows(from === null ? Prisma.sql`true` : laterThan(from), Prisma.sql`"createdAt" DESC, id`);
  const shown = rows.slice(0, USERS_PAGE_SIZE);
  return pageOf(shown, { hasPrevious: from !== null, hasNext: rows.length > USERS_PAGE_SIZE });
}

/** The line of one user; null when nobody has that address, which is in its one spelling (`normalizeEmail`). */
export async function findListedUser(email: string): Promise<ListedUser | null> {
  const [row] = await db().$queryRaw<Row[]>`SELECT ${LISTED_COLUMNS} FROM "User" u WHERE u.email = ${email}`;
  return row === undefined ? null : listed(row);
}

/** Of `u`. The sessions of one person are what an index finds. */
const LISTED_COLUMNS = Prisma.sql`
  ${PUBLIC_COLUMNS}, u."createdAt", u."disabledAt", (
    SELECT count(*)::int FROM "Session" s
    WHERE s."userId" = u.id AND s."endedAt" IS NULL AND s."idleExpiresAt" > now() AND s."absoluteExpiresAt" > now()
  ) AS "liveSessions"`;

/** One more than a page, to know whether there is another. The first half of a condition is what the index can use. */
const readRows = (condition: Prisma.Sql, order: Prisma.Sql) => db().$queryRaw<Row[]>`
  SELECT ${LISTED_COLUMNS}
  FROM (SELECT * FROM "User" WHERE ${condition} ORDER BY ${order} LIMIT ${USERS_PAGE_SIZE + 1}) u
  ORDER BY ${order}`;

const laterThan = ({ createdAt, id }: Place): Prisma.Sql => {
  const at = Prisma.sql`${createdAt.toISOString()}::timestamptz`;
  return Prisma.sql`"createdAt" <= ${at} AND ("createdAt" < ${at} OR id > ${id})`;
};

const earlierThan = ({ createdAt, id }: Place): Prisma.Sql => {
  const at = Prisma.sql`${createdAt.toISOString()}::timestamptz`;
  return Prisma.sql`"createdAt" >= ${at} AND ("createdAt" > ${at} OR id < ${id})`;
};

function pageOf(rows: readonly Row[], { hasPrevious, hasNext }: { hasPrevious: boolean; hasNext: boolean }): UserPage {
  const [first, last] = [rows.at(0), rows.at(-1)];
  return {
    users: rows.map(listed),
    previous: hasPrevious && first !== undefined ? placeOf(first) : null,
    next: hasNext && last !== undefined ? placeOf(last) : null,
  };
}

const listed = ({ createdAt, disabledAt, ...user }: Row): ListedUser => ({
  ...user,
  createdAt: createdAt.toISOString(),
  disabledAt: disabledAt?.toISOString() ?? null,
});

const placeOf = ({ createdAt, id }: Place): string => `${createdAt.getTime()}.${id}`;

function placeIn(text: string | undefined): Place | null {
  const [, milliseconds, id] = PLACE.exec(text ?? '') ?? [];
  return milliseconds === undefined || id === undefined ? null : { createdAt: new Date(Number(milliseconds)), id };
}
