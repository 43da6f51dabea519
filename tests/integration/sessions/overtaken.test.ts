import { describe, expect, it } from 'vitest';
import { hashLinkToken } from '@/lib/core/token/link-token';
import { db } from '@/lib/server/database/client';
import { randomBytes } from '@/lib/server/keys/random';
import { passwordWasReset } from '@/lib/server/mail/recovery-messages';
import { changeAndSignOut } from '@/lib/server/recovery/change-and-sign-out';
import { useResetLink } from '@/lib/server/recovery/reset-links';
import { beginSession, startSession } from '@/lib/server/sessions/start';
import { findCredentials, upgradePasswordHash } from '@/lib/server/users/user-store';
import { giveLink } from '@/tests/support/database/link-rows';
import { untilWaiting } from '@/tests/support/database/sql';
import { useDatabase } from '@/tests/support/database/use-database';
import { createProtected } from '@/tests/support/factors';
import { createPerson, type Person } from '@/tests/support/people';

const { url: databaseUrl } = await useDatabase();
const facts = { userAgent: null, device: null, ip: null };

const start = (userId: string, passwordSince: Date | null) =>
  ({ userId, kind: 'browser', remember: true, amr: ['pwd'], passwordSince, facts, broughtRefreshToken: null }) as const;
const passwordSince = async ({ email }: Person) => (await findCredentials(email))?.passwordSince ?? null;
const liveSessions = ({ id }: Person) => db().session.count({ where: { userId: id, endedAt: null } });

/** `given` resolves when `give` is called. */
function signal(): { give: () => void; given: Promise<void> } {
  let give: () => void = () => undefined;
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { give: () => give(), given };
}

/** Sets a new password as a mailed link does. It commits once `until` has resolved; `written` when all but that is done. */
async function setPassword(owner: Person, until: Promise<void>, written: () => void): Promise<boolean> {
  const linkHash = (await hashLinkToken(await giveLink(owner))) ?? new Uint8Array();
  const notice = passwordWasReset({ at: 0, undoUrl: 'http://localhost/undo' });
  const reset = { linkHash, userId: owner.id, passwordHash: 'another', notice, undoHash: randomBytes(32) };
  return changeAndSignOut(facts, 'password_reset', async (tx) => {
    const isDone = await useResetLink({ ...reset, ip: null, userAgent: null }, tx);
    written();
    await until;
    return isDone ? owner.id : null;
  });
}

// Promise: A sign-in that a change of the password overtakes begins no session
describe('a session whose password was compared before it changed', () => {
  it('does not begin after the change, even when it waited for it', async () => {
    const owner = await createPerson({ hasPassword: true });
    const compared = await passwordSince(owner);
    const gate = signal();
    const changed = signal();
    const change = setPassword(owner, gate.given, changed.give);
    await changed.given;
    const begun = startSession(start(owner.id, compared));
    await untilWaiting(databaseUrl, 1, AbortSignal.timeout(15_000));
    gate.give();
    expect([await change, await begun, await liveSessions(owner)]).toEqual([true, null, 0]);
    expect(await startSession(start(owner.id, compared))).toBeNull();
    expect(await startSession(start(owner.id, await passwordSince(owner)))).not.toBeNull();
  });

  it('ends with all others when it began first, even where the change waits for it', async () => {
    const owner = await createPerson({ hasPassword: true });
    const compared = await passwordSince(owner);
    let change: Promise<boolean> | undefined;
    await db().$transaction(async (tx) => {
      expect(await beginSession(start(owner.id, compared), tx)).not.toBeNull();
      change = setPassword(owner, Promise.resolve(), () => undefined);
      await untilWaiting(databaseUrl, 1, AbortSignal.timeout(15_000));
    });
    expect([await change, await liveSessions(owner)]).toEqual([true, 0]);
  });

  it('does not begin when the password was taken away meanwhile', async () => {
    const owner = await createPerson({ hasPassword: true });
    const compared = await passwordSince(owner);
    await db().password.delete({ where: { userId: owner.id } });
    expect(await startSession(start(owner.id, compared))).toBeNull();
  });

  it('begins when only its hash was raised to a newer policy', async () => {
    const owner = await createPerson({ hasPassword: true });
    const found = await findCredentials(owner.email);
    await upgradePasswordHash(owner.id, found?.passwordHash ?? '', 'hs1$raised');
    expect(await startSession(start(owner.id, found?.passwordSince ?? null))).not.toBeNull();
  });
});

// Promise: A sign-in that looked at a person's second factors begins a session only while they are the same
describe('a session of a password alone, when a second factor comes before it begins', () => {
  const factorsVersion = async ({ email }: Person) => (await findCredentials(email))?.factors.factorsVersion ?? null;
  const startWith = async (owner: Person, version: number | null) =>
    startSession({ ...start(owner.id, await passwordSince(owner)), factorsVersion: version });

  it('does not begin, even when it waited for the factor', async () => {
    const owner = await createPerson({ hasPassword: true });
    const seen = await factorsVersion(owner);
    let begun: ReturnType<typeof startWith> | undefined;
    await db().$transaction(async (tx) => {
      const totp = { userId: owner.id, secret: new Uint8Array(1), keyId: 'none', lastStep: 0 };
      await tx.totp.create({ data: totp });
      begun = startWith(owner, seen);
      await untilWaiting(databaseUrl, 1, AbortSignal.timeout(15_000));
    });
    expect(await begun).toBeNull();
    expect(await startWith(owner, seen)).toBeNull();
    expect(await startWith(owner, await factorsVersion(owner))).not.toBeNull();
  });

  it('does not begin after one went either, whoever took it away', async () => {
    const owner = await createProtected();
    const seen = await factorsVersion(owner);
    await db().totp.deleteMany({ where: { userId: owner.id } });
    expect(await startWith(owner, seen)).toBeNull();
  });
});
