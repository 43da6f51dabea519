import { expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { useDatabase } from '@/tests/support/database/use-database';
import { problemOf } from '@/tests/support/http/problems';
import { type Answer, atOnce, send } from '@/tests/support/http/requests';
import { COOKIE, createPerson, only, PASSWORD, type Person } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

// The button of a login form is pressed twice where no script can stop it: the browser drops the first answer.

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });

/** What a login page holds hidden. */
async function openForm(): Promise<string> {
  const { text } = await send(server, '/login');
  const attempt = /name="attempt" value="([^"]+)"/.exec(text)?.[1];
  if (attempt === undefined) throw new Error('The login form holds no attempt');
  return attempt;
}

const press = ({ email }: Person, attempt: string, cookies = {}): Promise<Answer> =>
  send(server, '/api/auth/login', { method: 'POST', form: { email, password: PASSWORD, attempt }, cookies });
const liveSessions = ({ id }: Person) => db().session.findMany({ where: { userId: id, endedAt: null } });
const sessionOf = (cookies: Record<string, string>) => ({
  ...only(cookies, COOKIE.access),
  ...only(cookies, COOKIE.refresh),
});
const person = () => createPerson({ hasPassword: true });

it('a login form that is sent twice begins one session, and either answer is good for it', async () => {
  const owner = await person();
  const attempt = await openForm();
  const answers = await atOnce(2, () => press(owner, attempt));
  expect(answers.map(({ status, headers }) => [status, headers.location])).toEqual(Array(2).fill([303, '/dashboard']));
  expect(await liveSessions(owner)).toHaveLength(1);
  expect(new Set(answers.map(({ cookies }) => cookies[COOKIE.refresh])).size).toBe(1);
  for (const { cookies } of answers) {
    expect((await send(server, '/dashboard', { cookies: sessionOf(cookies) })).status).toBe(200);
  }
});

it('each form begins a session of its own, and so does one without that field or with another text in it', async () => {
  const owner = await person();
  for (const attempt of [await openForm(), await openForm(), 'x', `${await openForm()}x`]) {
    expect((await press(owner, attempt)).status).toBe(303);
  }
  expect(await liveSessions(owner)).toHaveLength(4);
});

it('a form that is sent again later, or after a sign-out, begins another session', async () => {
  const owner = await person();
  const attempt = await openForm();
  const { cookies } = await press(owner, attempt);
  await send(server, '/api/auth/logout', { method: 'POST', cookies: sessionOf(cookies) });
  const again = await press(owner, attempt);
  expect(again.cookies[COOKIE.refresh]).not.toBe(cookies[COOKIE.refresh]);
  expect(await liveSessions(owner)).toHaveLength(1);

  const other = await openForm();
  const first = await press(owner, other);
  await db()
    .$executeRaw`UPDATE "Session" SET "authenticatedAt" = now() - interval '61 seconds' WHERE "endedAt" IS NULL`;
  expect((await press(owner, other)).cookies[COOKIE.refresh]).not.toBe(first.cookies[COOKIE.refresh]);
});

it('opens nothing to anybody else: not with a wrong password, and not with another account', async () => {
  const [owner, stranger] = [await person(), await person()];
  const attempt = await openForm();
  const { cookies } = await press(owner, attempt);
  const json = { email: owner.email, password: 'not-the-password-of-anybody', attempt };
  expect(problemOf(await send(server, '/api/auth/login', { method: 'POST', json }))).toBe('401 invalid_credentials');
  const theirs = await press(stranger, attempt);
  expect(theirs.cookies[COOKIE.refresh]).not.toBe(cookies[COOKIE.refresh]);
  expect([await liveSessions(owner), await liveSessions(stranger)].map(({ length }) => length)).toEqual([1, 1]);
});
