import 'server-only';
import { Prisma } from '@/lib/server/database/generated/prisma/client';
import { IS_OPEN_ACCOUNT } from './account-state';

/**
 * Part of every statement by which an admin may go: those who can act as admins. It locks them, in one order, so that of
 * two who go at the same moment the second sees the first gone.
 */
export const ACTING_ADMINS = Prisma.sql`
  SELECT id FROM "User" WHERE role = 'admin' AND ${IS_OPEN_ACCOUNT} ORDER BY id FOR UPDATE`;
