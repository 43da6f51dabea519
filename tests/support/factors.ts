import { Secret, TOTP } from 'otpauth';
import type { Bytes } from '@/lib/core/encoding';
import { db } from '@/lib/server/database/client';
import { Prisma } from '@/lib/server/database/generated/prisma/client';
import { newTotpSecret } from '@/lib/server/factors/authenticator-app';
import { keepSecret } from '@/lib/server/factors/kept-secret';
import { randomBytes } from '@/lib/server/keys/random';
import { requestFactorReset } from '@/lib/server/recovery/factor-reset';
import { insertCodes, newRecoveryCodes } from '@/lib/server/security/new-recovery-codes';
import { openStep } from '@/lib/server/sign-in/pending-step';
import { secondStepDue } from '@/lib/server/sign-in/second-step-due';
import { findCredentials } from '@/lib/server/users/user-store';
import { COOKIE, type Cookies, createPerson, type Person } from './people';

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

/** A sign-in whose password was right, made by the product's own function: `cookies` are what its browser holds. */
export async function halfSignIn(
  { email }: Person,
  deviceId: string | null = null,
): Promise<{ readonly jti: string; readonly cookies: Cookies }> {
  const found = await findCredentials(email);
  if (found?.passwordSince == null) throw new Error('The person has no password');
  const { user, factors, passwordSince } = found;
  const proven = { user, factors, passwordSince, isFactorResetDue: false, failuresBefore: 0, counted: [] };
  const facts = { userAgent: null, device: null, ip: null };
  const due = await secondStepDue({ ...proven, remember: true, deviceId, facts });
  const opened = due.ok ? await openStep(due.value.sealed) : null;
  if (!due.ok || opened === null) throw new Error('No second step is due');
  return { jti: opened.jti, cookies: { [COOKIE.pending]: due.value.sealed } };
}

/** A reset of the factors that was asked for just now, or so long ago that it is due. */
export async function beginReset({ id: userId }: Person, state: 'asked' | 'due'): Promise<void> {
  await requestFactorReset({ userId, requestedBy: null, reason: 'lost' });
  // A day later, without the day.
  if (state === 'due') {
    await db().factorReset.update({ where: { userId }, data: { notBefore: new Date(Date.now() - 1_000) } });
  }
}
