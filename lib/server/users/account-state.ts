import 'server-only';
import { Prisma } from '@/lib/server/database/generated/prisma/client';

// Conditions over "User". No other table has columns of these names, so that they stand in a statement as they are.

/**
 * Nobody disabled the account, and its owner has not asked for it to be deleted: it may be signed in to, and its sessions go
 * on. Every statement that lets somebody in, or changes an account for somebody who is in, asks this.
 */
export const IS_OPEN_ACCOUNT = Prisma.sql`("disabledAt" IS NULL AND "deletesAt" IS NULL)`;

/** The same but for the second half: what takes a change back works on an account, too, that is to be deleted. */
export const IS_ENABLED_ACCOUNT = Prisma.sql`("disabledAt" IS NULL)`;

/** The first, for the client's own queries. */
export const OPEN_ACCOUNT = { disabledAt: null, deletesAt: null } as const satisfies Prisma.UserWhereInput;
