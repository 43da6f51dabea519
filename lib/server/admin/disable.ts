import 'server-only';
import { fail, type Result, succeed } from '@/lib/core/failures';
import type { Transaction } from '@/lib/server/database/client';
import type { Prisma } from '@/lib/server/database/generated/prisma/client';
import { databaseNow } from '@/lib/server/database/live-state';
import { accountDisabled } from '@/lib/server/mail/admin-messages';
import { MAIL_COLUMNS, mailValues, sealMail } from '@/lib/server/mail/sealed-mail';
import { changeAndSignOut } from '@/lib/server/recovery/change-and-sign-out';
import { IS_ENABLED_ACCOUNT } from '@/lib/server/users/account-state';
import { actingAdmins } from '@/lib/server/users/last-admin';
import { LISTED_COLUMNS, type ListedRow, type ListedUser, listed } from '@/lib/server/users/listed-user';
import type { Acting } from './acting';

/** How the person is listed afterwards, and whether anything changed. */
export type Switched = { readonly user: ListedUser; readonly isChanged: boolean };

type Refusal = 'not_found' | 'own_account' | 'last_admin';

/**
 * Disables an account: nobody signs in to it, every session ends, and its owner is told by mail, all of it or nothing. The
 * last admin stays, and nobody disables themselves. One that is disabled stays as it is.
 */
export async function disableUser(userId: string, acting: Acting): Promise<Result<Switched, Refusal>> {
  if (userId === acting.actorId) return fail('own_account');
  const mail = mailValues(await sealMail(accountDisabled(await databaseNow())));
  let row: Row | null = null as Row | null;
  const change = async (tx: Transaction) => {
    row = await writeDisabling(userId, acting, mail, tx);
    return row === null || row.since === null ? null : userId;
  };
  const isChanged = await changeAndSignOut(acting.facts, 'disabled', change, acting.actorId);
  if (row === null) return fail('not_found');
  const { since, isLast, ...before } = row;
  if (isLast) return fail('last_admin');
  return succeed({ user: listed(isChanged ? { ...before, disabledAt: since, liveSessions: 0 } : before), isChanged });
}

/** As the person was before; `since` when they are disabled by this. */
type Row = ListedRow & { readonly since: Date | null; readonly isLast: boolean };

async function writeDisabling(
  userId: string,
  { actorId, facts }: Acting,
  mail: Prisma.Sql,
  tx: Transaction,
): Promise<Row | null> {
  const [row] = await tx.$queryRaw<Row[]>`
    WITH admins AS MATERIALIZED (${actingAdmins(true)}), mine AS MATERIALIZED (
      SELECT EXISTS (SELECT FROM admins WHERE id = ${userId}) AND NOT EXISTS (
        SELECT FROM admins WHERE id <> ${userId}
      ) AS "isLast"
    ), done AS (
      UPDATE "User" SET "disabledAt" = now()
      WHERE id = ${userId} AND ${IS_ENABLED_ACCOUNT} AND NOT (SELECT "isLast" FROM mine)
      RETURNING id, email, "disabledAt"
    ), audited AS (
      INSERT INTO "AuditEvent" (type, "userId", "actorId", ip, "userAgent")
      SELECT 'account_disabled', id, ${actorId}, ${facts?.ip ?? null}, ${facts?.userAgent ?? null} FROM done
    ), mailed AS (
      INSERT INTO "Outbox" ("to", ${MAIL_COLUMNS}) SELECT email, ${mail} FROM done
    )
    SELECT ${LISTED_COLUMNS}, (SELECT "disabledAt" FROM done) AS since, (SELECT "isLast" FROM mine) AS "isLast"
    FROM "User" u WHERE u.id = ${userId}`;
  return row ?? null;
}
