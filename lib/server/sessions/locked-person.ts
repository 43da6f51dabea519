import 'server-only';
import { Prisma } from '@/lib/server/database/generated/prisma/client';
import { IS_OPEN_ACCOUNT } from '@/lib/server/users/account-state';

/** Who is to have a session, and what must not have changed since they proved who they are. */
export type ProvenBy = {
  readonly userId: string;
  /** Of the password, if they proved it by one: the time at which it was set. */
  readonly passwordSince: Date | null;
  /** Of their second factors, if it was decided by them that nothing more is wanted. */
  readonly factorsVersion?: number | null;
};

const COLUMNS = Prisma.sql`u.id, u.role, u.email, u."disabledAt", u."deletesAt"`;

/**
 * Part of a statement that begins a session: the person, locked against whatever changes how they prove themselves or what
 * their tokens say, with what `SESSION_COLUMNS` reads of them: under the lock, because the statement's own look at them may
 * be older than a change that it waited for. No row when the account is gone or disabled, or its password or its second
 * factors are others by now. Both rows are in one lock, so that PostgreSQL looks again at both where it had to wait.
 */
export function lockedPerson({ userId, passwordSince, factorsVersion = null }: ProvenBy): Prisma.Sql {
  const isPerson = Prisma.sql`u.id = ${userId} AND ${IS_OPEN_ACCOUNT}
      AND (${factorsVersion}::int IS NULL OR u."factorsVersion" = ${factorsVersion})`;
  if (passwordSince === null) return Prisma.sql`SELECT ${COLUMNS} FROM "User" u WHERE ${isPerson} FOR SHARE`;
  return Prisma.sql`SELECT ${COLUMNS} FROM "User" u JOIN "Password" p ON p."userId" = u.id
      WHERE ${isPerson} AND p."changedAt" = ${passwordSince} FOR SHARE OF u, p`;
}
