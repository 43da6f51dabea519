import 'server-only';
import type { Bytes } from '@/lib/core/encoding';
import { DELETION_GRACE_SECONDS } from '@/lib/core/policy';
import type { Transaction } from '@/lib/server/database/client';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import type { MailMessage } from '@/lib/server/mail/compose';
import { MAIL_COLUMNS, mailValues, sealMail } from '@/lib/server/mail/sealed-mail';
import type { Signer } from '@/lib/server/step-up/guard';
import { IS_OPEN_ACCOUNT } from '@/lib/server/users/account-state';
import { actingAdmins } from '@/lib/server/users/last-admin';

export type DeletionWrite = {
  /** Whose account; `sessionId` null where the operator asks, and no session does. */
  readonly signer: { readonly user: Pick<Signer['user'], 'id' | 'role'>; readonly sessionId: string | null };
  readonly facts: Pick<RequestFacts, 'ip' | 'userAgent'>;
  /** Tells the owner, and holds the link that keeps the account. */
  readonly mail: MailMessage;
  readonly keepHash: Bytes;
};

/** `deletesAt`: null, and nothing was written, for the last admin. The whole is null when the account is gone or closed. */
type Written = { readonly deletesAt: Date | null };

/**
 * Writes that an account is to be deleted, with its link, its mail and the audit event. All who can act as admins are locked
 * first, in one order, where one of them goes: of two who go at the same moment, the second sees the first gone.
 */
export async function writeDeletion(
  { signer, facts, mail, keepHash }: DeletionWrite,
  tx: Transaction,
): Promise<Written | null> {
  const { id: userId, role } = signer.user;
  const { ip, userAgent } = facts;
  const values = mailValues(await sealMail(mail));
  const [written] = await tx.$queryRaw<(Written & { isOpen: boolean })[]>`
    WITH admins AS MATERIALIZED (
      ${actingAdmins(role === 'admin')}
    ), leaving AS (
      UPDATE "User" SET "deletesAt" = now() + ${DELETION_GRACE_SECONDS} * interval '1 second'
      WHERE id = ${userId} AND ${IS_OPEN_ACCOUNT}
        AND (role <> 'admin' OR EXISTS (SELECT FROM admins a WHERE a.id <> ${userId}))
      RETURNING id, email, "deletesAt"
    ), keepable AS (
      INSERT INTO "MailLink" (hash, purpose, "userId", address, "expiresAt")
      SELECT ${keepHash}, 'keep_account', id, email, "deletesAt" FROM leaving
    ), audited AS (
      INSERT INTO "AuditEvent" (type, "userId", "sessionId", ip, "userAgent")
      SELECT 'account_deletion_requested', id, ${signer.sessionId}, ${ip}, ${userAgent} FROM leaving
    ), mailed AS (
      INSERT INTO "Outbox" ("to", ${MAIL_COLUMNS}) SELECT email, ${values} FROM leaving
    )
    SELECT (SELECT "deletesAt" FROM leaving) AS "deletesAt",
      EXISTS (SELECT FROM "User" WHERE id = ${userId} AND ${IS_OPEN_ACCOUNT}) AS "isOpen"`;
  return written?.isOpen === true ? { deletesAt: written.deletesAt } : null;
}
