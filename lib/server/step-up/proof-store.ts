import 'server-only';
import type { ProofKind } from '@/lib/core/factors/proof';
import { markUsed } from '@/lib/server/ceremonies/ceremony-store';
import type { Transaction } from '@/lib/server/database/client';
import { Prisma } from '@/lib/server/database/generated/prisma/client';
import type { Spending } from '@/lib/server/factors/spending';
import { IS_OPEN_ACCOUNT } from '@/lib/server/users/account-state';
import type { Carried } from './carried-request';

export type ProofUse = {
  readonly userId: string;
  /** The session that begins with it. */
  readonly sessionId: string;
  readonly kind: ProofKind;
  readonly spending: Spending | null;
  /** What the proof was given for, where it was for one thing. */
  readonly confirmed: Pick<Carried, 'jti' | 'exp'> | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
};

/**
 * Uses a proof up, and what it was given for, with the audit event, in one statement. The caller undoes its transaction
 * unless it is `done`.
 */
export async function spendProof(
  use: ProofUse,
  tx: Transaction,
): Promise<'done' | 'spent_before' | 'confirmed_before' | 'gone'> {
  const { userId, sessionId, kind, spending, confirmed, ip, userAgent } = use;
  const [row] = await tx.$queryRaw<{ isThere: boolean; isSpent: boolean; isDone: boolean }[]>`
    WITH locked AS MATERIALIZED (
      SELECT u.id FROM "User" u WHERE u.id = ${userId} AND ${IS_OPEN_ACCOUNT} FOR SHARE
    )${spending?.parts ?? Prisma.sql`, spent AS (SELECT id AS "userId" FROM locked)`}, confirmed AS (
      ${confirmed === null ? Prisma.sql`SELECT FROM spent` : markUsed('carried', confirmed, Prisma.sql`spent`)}
    ), entered AS (
      SELECT "userId" FROM spent WHERE EXISTS (SELECT FROM confirmed)
    ), audited AS (
      INSERT INTO "AuditEvent" (type, "userId", "sessionId", ip, "userAgent", details)
      SELECT 'stepped_up', "userId", ${sessionId}, ${ip}, ${userAgent}, jsonb_build_object('method', ${kind}::text) FROM entered
    )${spending?.followedBy ?? Prisma.empty}
    SELECT EXISTS (SELECT FROM locked) AS "isThere", EXISTS (SELECT FROM spent) AS "isSpent",
      EXISTS (SELECT FROM entered) AS "isDone"`;
  if (row?.isDone === true) return 'done';
  if (row?.isThere !== true) return 'gone';
  return row.isSpent ? 'confirmed_before' : 'spent_before';
}
