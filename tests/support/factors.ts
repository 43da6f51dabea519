import { Secret, TOTP } from 'otpauth';
import type { Bytes } from '@/lib/core/encoding';
import { db } from '@/lib/server/database/client';
import { Prisma } from '@/lib/server/database/generated/prisma/client';
import { newTotpSecret } from '@/lib/server/factors/authenticator-app';
import { keepSecret } from '@/lib/server/factors/kept-secret';
import { randomBytes } from '@/lib/server/keys/random';
import { insertCodes, newRecoveryCodes } from '@/lib/server/security/new-recovery-codes';
import { createPerson, type Person } from './people';

export { codeOf, wrongCodeFor } from './app-codes';

/** Somebody with a password, an authenticator app and ten recovery codes. */
export type Protected = Person & { readonly key: string; readonly codes: readonly string[] };

/** Gives an app and codes to a person, as if they had set it up a while ago. */
export async function protect(person: Person): Promise<Protected> {
  const secret = newTotpSecret(randomBytes);
  const kept = await keepSecret(person.id, secret);
  await db().totp.create({ data: { userId: person.id, ...kept, lastStep: 0 } });
  const made = await newRecoveryCodes(person.id);
  const owner = Prisma.sql`(SELECT ${person.id} AS "userId") owner`;
  await db().$executeRaw(insertCodes(made, owner));
  return { ...person, key: base32(secret), codes: made.codes };
}

export const createProtected = async (): Promise<Protected> => protect(await createPerson({ hasPassword: true }));

const base32 = (secret: Bytes): string => new TOTP({ secret: new Secret({ buffer: secret.buffer }) }).secret.base32;
