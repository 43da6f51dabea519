import 'server-only';
import { Prisma } from '@/lib/server/database/generated/prisma/client';
import type { Spending } from '@/lib/server/factors/spending';
import type { Entry } from '@/lib/server/sessions/entry';

/**
 * What a session that a second step begins depends on, all in its own statement: the proof is used up first, where there is
 * one, then the ceremony, which a replayed code so leaves alive, and then the session begins.
 *
 * @param jti Of the ceremony; null where there is none, because the proof came with the password.
 */
export function stepEntry(jti: string | null, spending: Spending | null): Entry {
  const spent = spending?.parts ?? Prisma.sql`, spent AS (SELECT id AS "userId" FROM locked)`;
  return {
    parts: Prisma.sql`${spent}, entered AS (
      ${jti === null ? Prisma.sql`SELECT "userId" FROM spent` : finished(jti)}
    )${spending?.followedBy ?? Prisma.empty}`,
    isOpen: Prisma.sql`EXISTS (SELECT FROM entered)`,
  };
}

const finished = (jti: string): Prisma.Sql => Prisma.sql`UPDATE "Ceremony"
      SET "consumedAt" = now(), failures = greatest(failures - 1, 0)
      WHERE id = ${jti} AND "consumedAt" IS NULL AND EXISTS (SELECT FROM spent)
      RETURNING (SELECT "userId" FROM spent) AS "userId"`;
