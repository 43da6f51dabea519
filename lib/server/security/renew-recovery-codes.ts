import 'server-only';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { db } from '@/lib/server/database/client';
import { Prisma } from '@/lib/server/database/generated/prisma/client';
import { databaseNow } from '@/lib/server/database/live-state';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { recoveryCodesMade } from '@/lib/server/mail/factor-messages';
import { MAIL_COLUMNS, mailValues, sealMail } from '@/lib/server/mail/sealed-mail';
import type { Signer } from '@/lib/server/step-up/guard';
import { IS_OPEN_ACCOUNT } from '@/lib/server/users/account-state';
import { hasSecondFactor } from '@/lib/server/users/second-factors';
import { insertCodes, newRecoveryCodes } from './new-recovery-codes';

/**
 * Ten new recovery codes for a person who just proved who they are, shown this once. The ones before are good no more: those
 * used and those left. The owner has a mail. `no_factor` for whoever has nothing that they could stand in for;
 * `factors_changed` where factors came or went, or other codes were made, since `signer` was read: of several requests at
 * once one is answered with codes, and those are good.
 */
export async function renewRecoveryCodes(
  { user, sessionId, factors, isRecent }: Signer,
  { ip, userAgent, device }: RequestFacts,
): Promise<Result<readonly string[], 'no_factor' | 'step_up_required' | 'factors_changed'>> {
  if (!hasSecondFactor(factors)) return fail('no_factor');
  if (!isRecent) return fail('step_up_required');
  const made = await newRecoveryCodes(user.id);
  const notice = mailValues(await sealMail(recoveryCodesMade({ at: await databaseNow(), device })));
  const [written] = await db().$queryRaw<{ isDone: boolean }[]>`
    WITH person AS MATERIALIZED (
      UPDATE "User" SET "factorsVersion" = "factorsVersion" + 1
      WHERE id = ${user.id} AND ${IS_OPEN_ACCOUNT} AND "factorsVersion" = ${factors.factorsVersion}
      RETURNING id AS "userId", email
    ), replaced AS (
      DELETE FROM "RecoveryCode" WHERE "userId" = (SELECT "userId" FROM person)
    ), coded AS (
      ${insertCodes(made, Prisma.sql`person`)}
    ), audited AS (
      INSERT INTO "AuditEvent" (type, "userId", "sessionId", ip, "userAgent")
      SELECT 'recovery_codes_made', "userId", ${sessionId}, ${ip}, ${userAgent} FROM person
    ), mailed AS (
      INSERT INTO "Outbox" ("to", ${MAIL_COLUMNS}) SELECT email, ${notice} FROM person
    )
    SELECT EXISTS (SELECT FROM person) AS "isDone"`;
  return written?.isDone === true ? succeed(made.codes) : fail('factors_changed');
}
