import 'server-only';
import { db } from '@/lib/server/database/client';
import { Prisma } from '@/lib/server/database/generated/prisma/client';

/** Condition over `u`: a passkey was never offered to them, and they never had one. */
export const IS_UNINVITED = Prisma.sql`(u."passkeyInvitedAt" IS NULL AND u."passkeyHandle" IS NULL)`;

/**
 * True once in the life of an account: whoever is told so may offer its owner a passkey, and nobody after them. False for
 * a person who has a second factor by now, or is disabled.
 */
export async function takeInvitation(userId: string): Promise<boolean> {
  const taken = await db().$executeRaw`
    UPDATE "User" u SET "passkeyInvitedAt" = now()
    WHERE u.id = ${userId} AND u."disabledAt" IS NULL AND ${IS_UNINVITED}
      AND NOT EXISTS (SELECT FROM "Totp" t WHERE t."userId" = u.id)`;
  return taken === 1;
}
