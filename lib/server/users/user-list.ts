import 'server-only';
import type { Role } from '@/lib/core/token/claims';
import { db } from '@/lib/server/database/client';
import { Prisma } from '@/lib/server/database/generated/prisma/client';
import { IS_ENABLED_ACCOUNT } from './account-state';
import { addressPlace, type Place, readPlace, timePlace } from './list-place';
import { LISTED_COLUMNS, type ListedRow, type ListedUser, listed } from './listed-user';

/** A page of the list; `previous` and `next` are for `before` and `after` of the pages beside it, null where there is none. */
export type UserPage = {
  readonly users: readonly ListedUser[];
  readonly previous: string | null;
  readonly next: string | null;
};

/** Who is listed. Everybody, where nothing is said. */
export type UserFilter = {
  /** The beginning of an address, in its one spelling, or an exact id. */
  readonly search?: string | null;
  readonly role?: Role | null;
  readonly isDisabled?: boolean | null;
};

export type AskedPage = UserFilter & {
  readonly after?: string | null | undefined;
  readonly before?: string | null | undefined;
  readonly limit?: number;
};

export const USERS_PAGE_SIZE = 25;

/**
 * A page of users: the one after or before a place that another page named, else the first. Newest first, or by address where
 * one was searched for, because that is the order in which an index has them. A page costs the same wherever it is and
 * however many there are, so nobody is counted: live sessions of those shown, and no total.
 *
 * A text that is no place leads to the first page. So does `before` where less than a page stands before it, so that going
 * back ends at a full page. `after` the last user there is nobody.
 */
export async function listUsers({
  after,
  before,
  limit = USERS_PAGE_SIZE,
  ...filter
}: AskedPage = {}): Promise<UserPage> {
  const order = orderOf(filter);
  const from = placeIn(after, order);
  const until = from === null ? placeIn(before, order) : null;
  if (until !== null) {
    const rows = await readRows(filter, limit, { towards: 'before', place: until });
    const shown = rows.slice(0, limit).reverse();
    if (rows.length > limit) return pageOf(shown, order, { hasPrevious: true, hasNext: true });
  }
  const rows = await readRows(filter, limit, { towards: 'after', place: from });
  return pageOf(rows.slice(0, limit), order, { hasPrevious: from !== null, hasNext: rows.length > limit });
}

/** True for a text that names a place in the list of that filter. */
export const isPlaceOf = (filter: UserFilter, text: string): boolean => placeIn(text, orderOf(filter)) !== null;

type Order = Place['by'];
type Step = { readonly towards: 'after' | 'before'; readonly place: Place | null };

const orderOf = ({ search = null }: UserFilter): Order => (search === null ? 'time' : 'address');

function placeIn(text: string | null | undefined, order: Order): Place | null {
  const place = readPlace(text ?? '');
  return place?.by === order ? place : null;
}

/** One more than a page, to know whether there is another. */
function readRows(filter: UserFilter, limit: number, step: Step): Promise<ListedRow[]> {
  const { search = null } = filter;
  const order = search === null ? timeOrder(step) : addressOrder(step);
  const page = Prisma.sql`WHERE ${conditionOf(filter)} AND ${beyond(step)} ORDER BY ${order} LIMIT ${limit + 1}`;
  if (search === null) {
    return db().$queryRaw<ListedRow[]>`
      SELECT ${LISTED_COLUMNS} FROM (SELECT * FROM "User" ${page}) u ORDER BY ${order}`;
  }
  // The one who has that id, or all whose address begins so.
  return db().$queryRaw<ListedRow[]>`
    WITH named AS MATERIALIZED (SELECT * FROM "User" WHERE id = ${search}), found AS (
      SELECT * FROM "User" ${page}
    )
    SELECT ${LISTED_COLUMNS} FROM (
      SELECT * FROM named WHERE ${othersOf(filter)} AND ${beyond(step)}
      UNION ALL SELECT * FROM found WHERE NOT EXISTS (SELECT FROM named)
    ) u ORDER BY ${order}`;
}

const AND = ' AND ';
const conditionOf = (filter: UserFilter): Prisma.Sql => {
  const { search = null } = filter;
  // Addresses are ordered by bytes. As a range and not as LIKE: the index serves it whatever is planned ahead, and no
  // character of it is a pattern.
  const range =
    search === null ? Prisma.sql`true` : Prisma.sql`email >= ${search} AND email < ${`${search}\u{10FFFF}`}`;
  return Prisma.sql`${range} AND ${othersOf(filter)}`;
};

function othersOf({ role = null, isDisabled = null }: UserFilter): Prisma.Sql {
  const conditions = [Prisma.sql`true`];
  if (role !== null)
    conditions.push(role === 'admin' ? Prisma.sql`role = 'admin'` : Prisma.sql`role = ${role}::"Role"`);
  if (isDisabled !== null) {
    conditions.push(isDisabled ? Prisma.sql`NOT ${IS_ENABLED_ACCOUNT}` : IS_ENABLED_ACCOUNT);
  }
  return Prisma.join(conditions, AND);
}

const timeOrder = ({ towards }: Step) =>
  towards === 'after' ? Prisma.sql`"createdAt" DESC, id` : Prisma.sql`"createdAt", id DESC`;
const addressOrder = ({ towards }: Step) => (towards === 'after' ? Prisma.sql`email` : Prisma.sql`email DESC`);

/** The first half of a condition is what the index can use. */
function beyond({ towards, place }: Step): Prisma.Sql {
  if (place === null) return Prisma.sql`true`;
  if (place.by === 'address') {
    return towards === 'after' ? Prisma.sql`email > ${place.email}` : Prisma.sql`email < ${place.email}`;
  }
  const at = Prisma.sql`${place.createdAt.toISOString()}::timestamptz`;
  return towards === 'after'
    ? Prisma.sql`"createdAt" <= ${at} AND ("createdAt" < ${at} OR id > ${place.id})`
    : Prisma.sql`"createdAt" >= ${at} AND ("createdAt" > ${at} OR id < ${place.id})`;
}

function pageOf(
  rows: readonly ListedRow[],
  order: Order,
  { hasPrevious, hasNext }: { hasPrevious: boolean; hasNext: boolean },
): UserPage {
  const [first, last] = [rows.at(0), rows.at(-1)];
  const placeOf = order === 'time' ? timePlace : addressPlace;
  return {
    users: rows.map(listed),
    previous: hasPrevious && first !== undefined ? placeOf(first) : null,
    next: hasNext && last !== undefined ? placeOf(last) : null,
  };
}
