import 'server-only';
import { MAX_CODE_TRIES } from '@/lib/core/policy';
import type { EpochSeconds } from '@/lib/core/time';
import type { CeremonyPurpose } from '@/lib/core/token/sealed-token';
import { db, type Transaction } from '@/lib/server/database/client';

/** Opens a ceremony of `lifeSeconds`; returns when it ends, by the database's clock. */
export async function createCeremony(id: string, purpose: CeremonyPurpose, lifeSeconds: number): Promise<EpochSeconds> {
  const [row] = await db().$queryRaw<{ expiresAt: number }[]>`
    INSERT INTO "Ceremony" (id, purpose, "expiresAt") VALUES (${id}, ${purpose}, now() + ${lifeSeconds} * interval '1 second')
    RETURNING extract(epoch FROM "expiresAt")::float8 AS "expiresAt"`;
  if (row === undefined) throw new Error('The ceremony was not stored');
  // Whole seconds: the sealed token that holds it must be equally long for every address.
  return Math.floor(row.expiresAt);
}

/**
 * Takes one of the tries of a ceremony, before anything is compared: parallel guesses cannot share one. Its number, from
 * 1 on; null when none is left, or the ceremony is over or was finished.
 */
export async function takeTry(id: string, purpose: CeremonyPurpose): Promise<number | null> {
  const [taken] = await db().$queryRaw<{ failures: number }[]>`
    UPDATE "Ceremony" SET failures = failures + 1
    WHERE id = ${id} AND purpose = ${purpose} AND failures < ${MAX_CODE_TRIES}
      AND "consumedAt" IS NULL AND "expiresAt" > now()
    RETURNING failures`;
  return taken?.failures ?? null;
}

/** Gives a try back with which nothing was compared. */
export async function returnTry(id: string): Promise<void> {
  await db().$executeRaw`UPDATE "Ceremony" SET failures = failures - 1 WHERE id = ${id} AND failures > 0`;
}

/** Finishes a ceremony inside the transaction that acts on it. False when another request already did. */
export async function consumeCeremony(id: string, tx: Transaction): Promise<boolean> {
  const consumed = await tx.$executeRaw`
    UPDATE "Ceremony" SET "consumedAt" = now() WHERE id = ${id} AND "consumedAt" IS NULL`;
  return consumed === 1;
}
