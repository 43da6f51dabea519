import 'server-only';
import { db } from '@/lib/server/database/client';
import { Prisma } from '@/lib/server/database/generated/prisma/client';
import { IS_OPEN_ACCOUNT } from './account-state';

/** Condition over `u`: a passkey was never offered to them, and they never had one. */
export const IS_UNINVITED = Prisma.sql`(u."passkeyInvitedAt" IS NULL AND u."passkeyHandle" IS NULL)`;

/** The same of one person, and they have no second factor by now, and are not disabled. */
const mayInvite = (userId: string): Prisma.Sql => Prisma.sql`u.id = ${userId} AND ${IS_OPEN_ACCOUNT}
      AND ${IS_UNINVITED} AND NOT EXISTS (SELECT FROM "Totp" t WHERE t."userId" = u.id)`;

/** True until `takeInvitation` is, for whoever keeps a place for it on a page. */
export async function isInvitationLeft(userId: string): Promise<boolean> {
  const found = await db().$queryRaw<unknown[]>`SELECT FROM "User" u WHERE ${mayInvite(userId)}`;
  return found.length === 1;
}

/** True once in the life of an account: whoever is told so may offer its owner a passkey, and nobody after them. */
export async function takeInvitation(userId: string): Promise<boolean> {
  const taken = await db().$executeRaw`UPDATE "User" u SET "passkeyInvitedAt" = now() WHERE ${mayInvite(userId)}`;
  return taken === 1;
}
