import { describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { pepperKeys } from '@/lib/server/keys/data-keys';
import { bcryptOf, formatStored, passwordBytes } from '@/lib/server/passwords/hash';
import { login } from '@/lib/server/sign-in/login';
import { upgradePasswordHash } from '@/lib/server/users/user-store';
import { useDatabase } from '@/tests/support/database/use-database';
import { createPerson, PASSWORD } from '@/tests/support/people';

await useDatabase();
process.env['PASSWORD_HASH_COST'] = '12';

const OLD_SALT = '$2b$10$abcdefghijklmnopqrstuu';
const FACTS = { userAgent: null, device: null, ip: null };

/** Somebody whose password was stored when a hash cost less. */
async function personOfOldPolicy() {
  const person = await createPerson({ hasPassword: true });
  const { current } = await pepperKeys();
  const hash = formatStored(current.id, bcryptOf(passwordBytes(PASSWORD), current.bytes, OLD_SALT));
  await db().password.update({ where: { userId: person.id }, data: { hash } });
  return { ...person, hash };
}

const attemptOf = (email: string) => ({
  ...{ email, password: PASSWORD, remember: false, facts: FACTS },
  ...{ deviceCookie: null, refreshCookie: null },
});
const hashOf = async (userId: string) => (await db().password.findUniqueOrThrow({ where: { userId } })).hash;

describe('a hash of an older policy', () => {
  it('gives way to one of today at the next sign-in, and the password goes on', async () => {
    const { id, email } = await personOfOldPolicy();
    const attempt = attemptOf(email);
    expect((await login(attempt)).ok).toBe(true);
    expect(await hashOf(id)).toMatch(/\$2b\$12\$/);
    expect((await login(attempt)).ok).toBe(true);
  });

  it('is not put in the place of a password that was changed meanwhile', async () => {
    const { id, hash } = await personOfOldPolicy();
    await db().password.update({ where: { userId: id }, data: { hash: 'changed meanwhile' } });
    await upgradePasswordHash(id, hash, 'raised from the old one');
    expect(await hashOf(id)).toBe('changed meanwhile');
  });
});

describe('a password', () => {
  it('of ten years ago signs in as on its first day, and nobody is asked for another', async () => {
    const { id: userId, email } = await createPerson({ hasPassword: true });
    await db().$executeRaw`UPDATE "Password" SET "changedAt" = now() - interval '10 years' WHERE "userId" = ${userId}`;
    const attempt = attemptOf(email);
    expect(await login(attempt)).toMatchObject({ ok: true, value: { kind: 'signed_in' } });
  });
});
