import 'server-only';
import { Prisma } from '@/lib/server/database/generated/prisma/client';

/**
 * What has to become true in the very statement that begins a session, or no session begins: such as the use of a code. It
 * reads `locked`, which holds the `id` of the person under lock and nothing when they may not sign in.
 */
export type Entry = {
  /** Common table expressions, each with a comma before it. */
  readonly parts: Prisma.Sql;
  /** Condition over them. */
  readonly isOpen: Prisma.Sql;
};

/** For a session that needs nothing else. */
export const OPEN_ENTRY: Entry = { parts: Prisma.empty, isOpen: Prisma.sql`true` };
