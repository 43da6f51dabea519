import { type APIRequestContext, type BrowserContext, expect, type Page } from '@playwright/test';
import { cookieNames } from '@/lib/core/http/cookies';
import demoAccounts from '@/lib/server/config/demo-accounts.json' with { type: 'json' };
import { mailedCode } from '@/tests/support/http/mailbox';
import { targetAt } from '@/tests/support/http/requests';
import type { WaitingSignUp } from '@/tests/support/waiting-sign-up';

/** The demo accounts, which are in the server's database. */
export const { member: MEMBER, admin: ADMIN } = demoAccounts;

/** A person of one test's own. */
export type Person = { readonly email: string; readonly password: string; readonly name: string };

/** A person without an account yet. */
export const newPerson = (): Person => ({
  email: `${crypto.randomUUID()}@people.example`,
  password: 'seven-kites-over-a-quiet-harbour',
  name: 'Robin Quay',
});

/** What our own pages send besides: a request with our cookies and without an origin is refused. */
const fromOurPages = (origin: string) => ({ headers: { origin } });

/** Makes an account as a program would. The cookie jar of `request` is signed in afterwards. */
export async function signUp(
  request: APIRequestContext,
  origin: string,
  person: Person = newPerson(),
): Promise<Person> {
  const begun = await request.post(`${origin}/api/auth/register`, { ...fromOurPages(origin), data: person });
  expect(begun.status()).toBe(202);
  const code = await mailedCode(targetAt(origin), person.email);
  const done = await request.post(`${origin}/api/auth/verify-email`, { ...fromOurPages(origin), data: { code } });
  expect(done.status()).toBe(200);
  return person;
}

/** Makes an account as `signUp` does, but for its beginning, which `sign-ups.ts` gives. The browser is signed in afterwards. */
export async function finishSignUp(context: BrowserContext, origin: string, signUps: string): Promise<Person> {
  const person = newPerson();
  const begun = await fetch(signUps, { method: 'POST', body: JSON.stringify(person) });
  if (!begun.ok) throw new Error(await begun.text());
  const { pending, code } = (await begun.json()) as WaitingSignUp;
  await context.addCookies([
    { name: cookieNames(false).pending, value: pending, url: origin, httpOnly: true, sameSite: 'Lax' },
  ]);
  const done = await context.request.post(`${origin}/api/auth/verify-email`, {
    ...fromOurPages(origin),
    data: { code },
  });
  expect(done.status()).toBe(200);
  return person;
}

/** Signs the cookie jar of `request` in by the API. */
export async function logIn(
  request: APIRequestContext,
  origin: string,
  { email, password }: Pick<Person, 'email' | 'password'>,
): Promise<void> {
  const answer = await request.post(`${origin}/api/auth/login`, { ...fromOurPages(origin), data: { email, password } });
  expect(answer.status()).toBe(200);
}

/** Fills in the login page that is open, and sends it. */
export async function signIn(page: Page, { email, password }: Pick<Person, 'email' | 'password'>): Promise<void> {
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Renews the tokens of the cookie jar. */
export async function refreshTokens(request: APIRequestContext, origin: string): Promise<number> {
  return (await request.post(`${origin}/api/auth/refresh`, fromOurPages(origin))).status();
}
