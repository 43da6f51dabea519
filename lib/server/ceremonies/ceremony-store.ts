import 'server-only';
import { CEREMONY_REPEAT_SECONDS, MAX_CODE_TRIES } from '@/lib/core/policy';
import type { EpochSeconds } from '@/lib/core/time';
import type { CeremonyPurpose } from '@/lib/core/token/sealed-token';
import { db, type Transaction } from '@/lib/server/database/client';
import { Prisma } from '@/lib/server/database/generated/prisma/client';

/** Opens a ceremony of `lifeSeconds`; returns when it ends, by the database's clock. */
export async function createCeremony(id: string, purpose: CeremonyPurpose, lifeSeconds: number): Promise<EpochSeconds> {
  const [row] = await db().$queryRaw<{ expiresAt: number }[]>`
    INSERT INTO "Ceremony" (id, purpose, "expiresAt") VALUES (${id}, ${purpose}, now() + ${lifeSeconds} * interval '1 second')
    RETURNING extract(epoch FROM "expiresAt")::float8 AS "expiresAt"`;
  if (row === undefined) throw new Error('The ceremony was not stored');
  // Whole seconds: the sealed token that holds it must be equally long for every address.
  return Math.floor(row.expiresAt);
}

/** One try of a ceremony. */
export type Try = {
  /** From 1 on. */
  readonly number: number;
  /** True: the ceremony was finished less than a minute ago, and the answer may have been lost. */
  readonly isFinished: boolean;
};

/**
 * Takes one of the tries of a ceremony, before anything is compared: parallel guesses cannot share one. Null when none is
 * left, or the ceremony is over, or was finished more than a minute ago.
 */
export async function takeTry(id: string, purpose: CeremonyPurpose): Promise<Try | null> {
  const [taken] = await db().$queryRaw<Try[]>`
    UPDATE "Ceremony" SET failures = failures + 1
    WHERE id = ${id} AND purpose = ${purpose} AND failures < ${MAX_CODE_TRIES} AND "expiresAt" > now()
      AND ("consumedAt" IS NULL OR "consumedAt" > now() - ${CEREMONY_REPEAT_SECONDS} * interval '1 second')
    RETURNING failures AS number, "consumedAt" IS NOT NULL AS "isFinished"`;
  return taken ?? null;
}

/** True while a code could still finish the ceremony. Takes no try. */
export async function isCeremonyOpen(id: string, purpose: CeremonyPurpose): Promise<boolean> {
  const [row] = await db().$queryRaw<{ isOpen: boolean }[]>`
    SELECT EXISTS (
      SELECT FROM "Ceremony" WHERE id = ${id} AND purpose = ${purpose} AND failures < ${MAX_CODE_TRIES}
        AND "consumedAt" IS NULL AND "expiresAt" > now()
    ) AS "isOpen"`;
  return row?.isOpen ?? false;
}

/** Gives a try back that was no failure. */
export async function returnTry(id: string): Promise<void> {
  await db().$executeRaw`UPDATE "Ceremony" SET failures = failures - 1 WHERE id = ${id} AND failures > 0`;
}

/**
 * Part of the statement that acts on a sealed request which has no row until then: the row is its use. Returns its `id`, and
 * nothing when it was used before, so that one of many at once acts; nor where `condition`, a table, has no row.
 */
export const markUsed = (
  purpose: CeremonyPurpose,
  { jti, exp }: { readonly jti: string; readonly exp: EpochSeconds },
  condition: Prisma.Sql,
): Prisma.Sql => Prisma.sql`INSERT INTO "Ceremony" (id, purpose, "consumedAt", "expiresAt")
      SELECT ${jti}, ${purpose}, now(), to_timestamp(${exp}::float8) FROM ${condition} ON CONFLICT DO NOTHING RETURNING id`;

/**
 * Finishes a ceremony inside the transaction that acts on it, and gives back the try that did. False when another request
 * already did.
 */
export async function consumeCeremony(id: string, tx: Transaction): Promise<boolean> {
  const consumed = await tx.$executeRaw`
    UPDATE "Ceremony" SET "consumedAt" = now(), failures = greatest(failures - 1, 0) WHERE id = ${id} AND "consumedAt" IS NULL`;
  return consumed === 1;
}
