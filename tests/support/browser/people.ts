import { type APIRequestContext, expect } from '@playwright/test';
import { isRecord } from '@/lib/core/json';

/** Somebody of one test's own. */
export type Person = { readonly email: string; readonly password: string; readonly name: string };

/** A person whom nobody has met: no account yet. */
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
  const code = await mailedCode(request, origin, person.email);
  const done = await request.post(`${origin}/api/auth/verify-email`, { ...fromOurPages(origin), data: { code } });
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

/** Renews the tokens of the cookie jar. */
export async function refreshTokens(request: APIRequestContext, origin: string): Promise<number> {
  return (await request.post(`${origin}/api/auth/refresh`, fromOurPages(origin))).status();
}

type Mail = { readonly to: string; readonly subject: string; readonly text: string };

/** The mails to one address, newest first. */
export async function mailsTo(request: APIRequestContext, origin: string, email: string): Promise<Mail[]> {
  const body: unknown = await (await request.get(`${origin}/api/dev/mail`)).json();
  const messages = isRecord(body) && Array.isArray(body['messages']) ? body['messages'] : [];
  return messages.flatMap((mail: unknown) =>
    isRecord(mail) && mail['to'] === email
      ? [{ to: email, subject: String(mail['subject']), text: String(mail['text']) }]
      : [],
  );
}

/** The newest code mailed to an address, once there are `count` mails with a code. */
export async function mailedCode(
  request: APIRequestContext,
  origin: string,
  email: string,
  count = 1,
): Promise<string> {
  const codes = async () =>
    (await mailsTo(request, origin, email)).flatMap(({ text }) => /^\d{6}$/m.exec(text)?.[0] ?? []);
  await expect.poll(async () => (await codes()).length, { message: `a code for ${email}` }).toBe(count);
  return (await codes())[0] ?? '';
}

/** A code of six digits that is not `code`. */
export const otherThan = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, '0');
