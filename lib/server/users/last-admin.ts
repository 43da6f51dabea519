import 'server-only';
import { Prisma } from '@/lib/server/database/generated/prisma/client';
import { IS_OPEN_ACCOUNT } from './account-state';

/**
 * Part of every statement by which an admin may go: those who can act as admins. It locks them, in one order, so that of
 * two who go at the same moment the second sees the first gone. Nobody is locked unless `mayGo`: a statement by which none
 * goes would only stand in the way, and could meet another in a circle.
 */
export const actingAdmins = (mayGo: boolean): Prisma.Sql => Prisma.sql`
  SELECT id FROM "User" WHERE role = 'admin' AND ${IS_OPEN_ACCOUNT} AND ${mayGo}::boolean ORDER BY id FOR UPDATE`;
