import 'server-only';
import type { Bytes } from '@/lib/core/encoding';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { RESET_LINK_SECONDS } from '@/lib/core/policy';
import type { Transaction } from '@/lib/server/database/client';
import type { Prisma } from '@/lib/server/database/generated/prisma/client';
import { databaseNow } from '@/lib/server/database/live-state';
import { passwordResetForced } from '@/lib/server/mail/admin-messages';
import { newLink } from '@/lib/server/mail/new-link';
import { MAIL_COLUMNS, mailValues, sealMail } from '@/lib/server/mail/sealed-mail';
import { changeAndSignOut } from '@/lib/server/recovery/change-and-sign-out';
import { IS_OPEN_ACCOUNT } from '@/lib/server/users/account-state';
import type { Acting } from './acting';

/**
 * Takes a person's password away and ends every session: signing in is as for an unknown address until they have chosen
 * another, by a link that is mailed to them. Nobody else learns or sets one. To a disabled account, or one that is to be
 * deleted, no link goes. Second factors stay, and are asked for afterwards. Nobody does it to themselves.
 */
export async function forceReset(userId: string, acting: Acting): Promise<Result<void, 'not_found' | 'own_account'>> {
  if (userId === acting.actorId) return fail('own_account');
  const link = await newLink('/reset-password');
  const expiresAt = (await databaseNow()) + RESET_LINK_SECONDS;
  const way = { hash: link.hash, mail: mailValues(await sealMail(passwordResetForced(link.url, expiresAt))) };
  const change = async (tx: Transaction) => ((await forgetPassword(userId, acting, way, tx)) ? userId : null);
  const isDone = await changeAndSignOut(acting.facts, 'ended_by_admin', change, acting.actorId);
  return isDone ? succeed(undefined) : fail('not_found');
}

async function forgetPassword(
  userId: string,
  { actorId, facts }: Acting,
  { hash, mail }: { readonly hash: Bytes; readonly mail: Prisma.Sql },
  tx: Transaction,
): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ isThere: boolean }[]>`
    WITH person AS MATERIALIZED (
      SELECT id, email, ${IS_OPEN_ACCOUNT} AS "mayChoose" FROM "User"
      WHERE id = ${userId} FOR UPDATE
    ), forgotten AS (
      DELETE FROM "Password" WHERE "userId" IN (SELECT id FROM person)
    ), ended AS (
      UPDATE "MailLink" SET "usedAt" = now()
      WHERE "userId" IN (SELECT id FROM person) AND purpose = 'reset' AND "usedAt" IS NULL
    ), linked AS (
      INSERT INTO "MailLink" (hash, purpose, "userId", address, "expiresAt")
      SELECT ${hash}, 'reset', id, email, now() + ${RESET_LINK_SECONDS} * interval '1 second' FROM person
      WHERE "mayChoose"
    ), audited AS (
      INSERT INTO "AuditEvent" (type, "userId", "actorId", ip, "userAgent")
      SELECT 'password_reset_forced', id, ${actorId}, ${facts?.ip ?? null}, ${facts?.userAgent ?? null} FROM person
    ), mailed AS (
      INSERT INTO "Outbox" ("to", ${MAIL_COLUMNS}) SELECT email, ${mail} FROM person WHERE "mayChoose"
    )
    SELECT EXISTS (SELECT FROM person) AS "isThere"`;
  return row?.isThere ?? false;
}
