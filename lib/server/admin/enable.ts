import 'server-only';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { db } from '@/lib/server/database/client';
import { IS_ENABLED_ACCOUNT } from '@/lib/server/users/account-state';
import { LISTED_COLUMNS, type ListedRow, listed } from '@/lib/server/users/listed-user';
import type { Acting } from './acting';
import type { Switched } from './disable';

/** Lets somebody sign in again whose account was disabled, with its audit event. One that is enabled stays as it is. */
export async function enableUser(
  userId: string,
  { actorId, facts }: Acting,
): Promise<Result<Switched, 'not_found' | 'own_account'>> {
  if (userId === actorId) return fail('own_account');
  const [row] = await db().$queryRaw<(ListedRow & { isChanged: boolean })[]>`
    WITH done AS (
      UPDATE "User" SET "disabledAt" = NULL WHERE id = ${userId} AND NOT ${IS_ENABLED_ACCOUNT} RETURNING id
    ), audited AS (
      INSERT INTO "AuditEvent" (type, "userId", "actorId", ip, "userAgent")
      SELECT 'account_enabled', id, ${actorId}, ${facts?.ip ?? null}, ${facts?.userAgent ?? null} FROM done
    )
    SELECT ${LISTED_COLUMNS}, EXISTS (SELECT FROM done) AS "isChanged" FROM "User" u WHERE u.id = ${userId}`;
  if (row === undefined) return fail('not_found');
  const { isChanged, ...before } = row;
  return succeed({ user: listed({ ...before, disabledAt: null }), isChanged });
}
