import type { SigningAlgorithm } from '@/lib/core/keys/signing-key';
import { db } from '@/lib/server/database/client';
import type { Key } from '@/lib/server/database/generated/prisma/client';
import { type RotationOutcome, rotateKeys } from '@/lib/server/keys/rotation';

/** Makes the next key of this file's database `seconds` old: what waiting would do, without the waiting. */
export async function ageNextKey(seconds: number): Promise<void> {
  const aged = await db().$executeRaw`
    UPDATE "Key" SET "createdAt" = now() - ${seconds} * interval '1 second' WHERE purpose = 'signing' AND slot = 'next'`;
  if (aged !== 1) throw new Error('There is no next key');
}

/** Rotates as `npm run keys -- rotate` does, without the wait; to another algorithm in the two steps that it takes. */
export async function rotateNow(algorithm?: SigningAlgorithm): Promise<Extract<RotationOutcome, { kind: 'rotated' }>> {
  for (let step = 0; step < 2; step += 1) {
    await ageNextKey(121);
    const outcome = await rotateKeys(algorithm ? { algorithm } : {});
    if (outcome.kind === 'rotated') return outcome;
  }
  throw new Error('The keys did not rotate');
}

/** The `kid` of the current or next key. */
export async function kidIn(slot: 'current' | 'next'): Promise<string> {
  return (await db().key.findUniqueOrThrow({ where: { purpose_slot: { purpose: 'signing', slot } } })).id;
}

/** All stored signing keys by `kid`, those that are gone included. */
export async function signingKeys(): Promise<Record<string, Key>> {
  const rows = await db().key.findMany({ where: { purpose: 'signing' }, orderBy: { id: 'asc' } });
  return Object.fromEntries(rows.map((row) => [row.id, row]));
}

/** Kids of the keys that may be published by the database's clock, sorted. */
export async function publishedKids(): Promise<string[]> {
  const rows = await db().$queryRaw<{ id: string }[]>`
    SELECT id FROM "Key" WHERE purpose = 'signing' AND ("expiresAt" IS NULL OR "expiresAt" > now())`;
  return rows.map(({ id }) => id).sort();
}
