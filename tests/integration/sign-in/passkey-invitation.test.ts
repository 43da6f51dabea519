import { expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { takeInvitation } from '@/lib/server/users/passkey-invitation';
import { useDatabase } from '@/tests/support/database/use-database';
import { createProtected, protect } from '@/tests/support/factors';
import { ask } from '@/tests/support/http/programs';
import { atOnce, send } from '@/tests/support/http/requests';
import { givePasskey } from '@/tests/support/passkey';
import { COOKIE, createPerson, PASSWORD, type Person } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });

const logIn = ({ email }: Person) =>
  send(server, '/api/auth/login', { method: 'POST', json: { email, password: PASSWORD } });
const invitedBy = async (person: Person) => (await logIn(person)).cookies[COOKIE.invitation];

it('comes with every sign-in by password alone until a page has taken it, and goes with a sign-out', async () => {
  const person = await createPerson({ hasPassword: true });
  expect(await invitedBy(person)).toBe(person.id);
  const again = await logIn(person);
  const line = again.setCookieLines.find((one) => one.startsWith(`${COOKIE.invitation}=`));
  expect(line).toMatch(/Max-Age=600; HttpOnly; SameSite=lax$/i);
  const out = await send(server, '/api/auth/logout', { method: 'POST', json: {}, cookies: again.cookies });
  expect(out.setCookieLines.find((one) => one.startsWith(`${COOKIE.invitation}=;`))).toMatch(/Max-Age=0/i);
  expect(await takeInvitation(person.id)).toBe(true);
  expect(await invitedBy(person)).toBeUndefined();
});

it('is in the page for its person alone, and in none without it, or once it was taken', async () => {
  const [person, other] = [await createPerson({ hasPassword: true }), await createPerson({ hasPassword: true })];
  const { cookies } = await logIn(person);
  const page = async (invitation: string) => {
    const { text } = await send(server, '/dashboard', { cookies: { ...cookies, [COOKIE.invitation]: invitation } });
    return text.includes('Sign in without a password next time');
  };
  expect([await page(person.id), await page(other.id), await page('')]).toEqual([true, false, false]);
  expect(await takeInvitation(person.id)).toBe(true);
  expect(await page(person.id)).toBe(false);
});

it('is taken once, however many pages ask at the same time', async () => {
  for (let round = 0; round < 20; round += 1) {
    const { id } = await createPerson();
    const taken = await atOnce(16, () => takeInvitation(id));
    expect(taken.filter(Boolean)).toHaveLength(1);
  }
});

it('is not for somebody who has a second factor, had a passkey, or is disabled', async () => {
  const withApp = await createProtected();
  const answer = await logIn(withApp);
  expect(answer.json()).toMatchObject({ status: 'mfa_required' });
  expect(answer.cookies).not.toHaveProperty(COOKIE.invitation);
  expect(await takeInvitation(withApp.id)).toBe(false);

  const withPasskey = await createPerson({ hasPassword: true });
  await givePasskey(withPasskey);
  expect(await takeInvitation(withPasskey.id)).toBe(false);
  await db().passkey.deleteMany({ where: { userId: withPasskey.id } });
  expect(await invitedBy(withPasskey)).toBeUndefined();

  // Since the sign-in they have come by an app, in another browser.
  const meanwhile = await createPerson({ hasPassword: true });
  expect(await invitedBy(meanwhile)).toBe(meanwhile.id);
  await protect(meanwhile);
  expect(await takeInvitation(meanwhile.id)).toBe(false);

  const gone = await createPerson();
  await db().user.update({ where: { id: gone.id }, data: { disabledAt: new Date() } });
  expect(await takeInvitation(gone.id)).toBe(false);
});

it('is no concern of programs', async () => {
  const person = await createPerson({ hasPassword: true });
  const answer = await ask(server, '/api/auth/token', { email: person.email, password: PASSWORD });
  expect(answer.status).toBe(200);
  expect(answer.setCookieLines).toEqual([]);
});
