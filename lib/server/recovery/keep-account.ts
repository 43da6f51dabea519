import 'server-only';
import type { Bytes } from '@/lib/core/encoding';
import { db } from '@/lib/server/database/client';
import type { RequestFacts } from '@/lib/server/http/request-facts';

/**
 * Keeps the account that a link belongs to, which was to be deleted, and changes nothing else: nobody is signed in by it, and
 * an account that is disabled stays so. The person's row is locked before any link. False when it is another link, or used,
 * or over, or the account is not to be deleted any more.
 */
export async function keepAccount(linkHash: Bytes, { ip, userAgent }: RequestFacts): Promise<boolean> {
  const [row] = await db().$queryRaw<{ isKept: boolean }[]>`
    WITH person AS MATERIALIZED (
      SELECT u.id FROM "MailLink" l JOIN "User" u ON u.id = l."userId"
      WHERE l.hash = ${linkHash} AND l.purpose = 'keep_account' AND l."usedAt" IS NULL AND l."expiresAt" > now()
        AND u."deletesAt" IS NOT NULL FOR UPDATE OF u
    ), used AS (
      UPDATE "MailLink" SET "usedAt" = now()
      WHERE "userId" = (SELECT id FROM person) AND purpose = 'keep_account' AND "usedAt" IS NULL
    ), kept AS (
      UPDATE "User" SET "deletesAt" = NULL WHERE id = (SELECT id FROM person) RETURNING id
    ), audited AS (
      INSERT INTO "AuditEvent" (type, "userId", ip, "userAgent")
      SELECT 'account_deletion_undone', id, ${ip}, ${userAgent} FROM kept
    )
    SELECT EXISTS (SELECT FROM kept) AS "isKept"`;
  return row?.isKept ?? false;
}
