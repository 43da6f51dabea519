import type { Page } from '@playwright/test';
import { SITE } from '@/site';
import { cookieText, REFRESH } from '@/tests/support/browser/cookies';
import { newPerson, type Person, signUp } from '@/tests/support/browser/people';
import { sql } from '@/tests/support/database/sql';
import { mailedCode, mailsTo, mailTo, otherThan } from '@/tests/support/http/mailbox';
import { targetAt } from '@/tests/support/http/requests';
import { backend, expect, test } from './fixtures';

async function fillIn(page: Page, { email, password, name }: Person): Promise<void> {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Create account' }).click();
}

async function enterCode(page: Page, code: string): Promise<void> {
  await page.getByLabel('Code').fill(code);
  await page.getByRole('button', { name: 'Confirm' }).click();
}

test('a visitor creates an account with the mailed code and is signed in', async ({ page, origin }) => {
  const person = newPerson();
  await page.goto('/');
  await page.getByRole('link', { name: 'Create account' }).click();
  await fillIn(page, person);
  await expect(page).toHaveURL('/verify-email');
  await enterCode(page, await mailedCode(targetAt(origin), person.email));
  await expect(page).toHaveURL('/dashboard');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`You are in, ${person.name}`);
  await expect(page.getByText(person.email)).toBeVisible();
});

test('a wrong code is named as such, takes nothing away, and the right one still works', async ({
  page,
  origin,
  expectFault,
}) => {
  expectFault(/status of 401/);
  const person = newPerson();
  await page.goto('/register');
  await fillIn(page, person);
  await expect(page).toHaveURL('/verify-email');
  const code = await mailedCode(targetAt(origin), person.email);
  await enterCode(page, otherThan(code));
  await expect(page.getByRole('alert').filter({ hasText: 'This code is not valid' })).toBeVisible();
  await expect(page.getByLabel('Code')).toBeFocused();
  await expect(page).toHaveURL('/verify-email');
  await enterCode(page, `${code.slice(0, 3)} ${code.slice(3)}`);
  await expect(page).toHaveURL('/dashboard');
});

test('five wrong codes end the code, and a new sign-up brings another one', async ({ page, origin, expectFault }) => {
  expectFault(/status of 401/);
  const person = newPerson();
  await page.goto('/register');
  await fillIn(page, person);
  await expect(page).toHaveURL('/verify-email');
  const code = await mailedCode(targetAt(origin), person.email);
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const answered = page.waitForResponse('**/api/auth/verify-email');
    await enterCode(page, otherThan(code));
    expect((await answered).status()).toBe(401);
    await expect(page.getByRole('alert').filter({ hasText: 'This code is not valid' })).toBeVisible();
  }
  // Nobody has to wait any more: what refuses the right code now is its own end.
  await sql(backend().databaseUrl, `DELETE FROM "RateLimit" WHERE key LIKE 'code:%'`);
  const answered = page.waitForResponse('**/api/auth/verify-email');
  await enterCode(page, code);
  expect((await answered).status()).toBe(401);
  expect(await cookieText(page.context(), REFRESH)).toBe('');

  await page.getByRole('link', { name: 'Change it' }).click();
  await expect(page).toHaveURL('/register?change=1');
  await fillIn(page, person);
  await expect(page).toHaveURL('/verify-email');
  expect(await mailedCode(targetAt(origin), person.email, 2)).toMatch(/^\d{6}$/);
});

test('somebody who starts again gets a second code, and the second one signs in', async ({ page, origin }) => {
  const person = newPerson();
  await page.goto('/register');
  await fillIn(page, person);
  await expect(page).toHaveURL('/verify-email');
  await mailedCode(targetAt(origin), person.email);
  await page.getByRole('link', { name: 'Change it' }).click();
  await expect(page).toHaveURL('/register?change=1');
  await fillIn(page, person);
  await expect(page).toHaveURL('/verify-email');
  await enterCode(page, await mailedCode(targetAt(origin), person.email, 2));
  await expect(page).toHaveURL('/dashboard');
});

test.describe('a password that is refused', () => {
  const REFUSED = [
    { password: 'short-one', reason: 'Use at least 15 characters' },
    { password: 'password-password-123', reason: 'made of words that guessers try first' },
    { password: 'handstamp-handstamp', reason: 'name, your address or the name of this site' },
    { password: 'ababababababababab', reason: 'repeats itself too much' },
  ];

  for (const { password, reason } of REFUSED) {
    test(`is told why: "${reason}", and what was typed is kept`, async ({ page, expectFault }) => {
      expectFault(/status of 422/);
      const person = newPerson();
      await page.goto('/register');
      await fillIn(page, { ...person, password });
      const field = page.getByLabel('Password', { exact: true });
      await expect(field).toHaveAccessibleDescription(new RegExp(reason));
      await expect(field).toHaveAttribute('aria-invalid', 'true');
      await expect(field).toBeFocused();
      await expect(field).toHaveValue(password);
      await expect(page.getByLabel('Email')).toHaveValue(person.email);
      await expect(page.getByLabel('Name')).toHaveValue(person.name);
    });
  }
});

test('an address that has an account gets the same page, and a mail that says so to its owner', async ({
  page,
  playwright,
  origin,
}) => {
  const elsewhere = await playwright.request.newContext();
  const owner = await signUp(elsewhere, origin);
  await elsewhere.dispose();
  await page.goto('/register');
  await fillIn(page, owner);
  await expect(page).toHaveURL('/verify-email');
  await expect(page.getByText('A code of six digits is on its way')).toBeVisible();
  await expect
    .poll(async () => (await mailsTo(targetAt(origin), owner.email)).map(({ subject }) => subject))
    .toEqual(['You already have an account', `Your ${SITE.name} code`]);
});

test('the page of the code names the address, has the focus in its field, and leads back to a form that knows both', async ({
  page,
}) => {
  const person = newPerson();
  await page.goto('/register');
  await fillIn(page, person);
  await expect(page).toHaveURL('/verify-email');
  await expect(page.getByText(person.email)).toBeVisible();
  await expect(page.getByLabel('Code')).toBeFocused();
  await page.getByRole('link', { name: 'Change it' }).click();
  await expect(page.getByLabel('Email')).toHaveValue(person.email);
  await expect(page.getByLabel('Name')).toHaveValue(person.name);
  await expect(page.getByLabel('Password', { exact: true })).toHaveValue('');
});

for (const javaScriptEnabled of [true, false]) {
  test.describe(`with scripts ${javaScriptEnabled ? 'on' : 'off'}`, () => {
    test.use({ javaScriptEnabled });

    test('a new person ends where they wanted to go, by way of login, sign-up and a code that was sent again', async ({
      page,
      origin,
    }) => {
      const person = newPerson();
      const wanted = '/account/sessions?done=one';
      const next = `next=${encodeURIComponent(wanted)}`;
      await page.goto(wanted);
      await expect(page).toHaveURL(`/login?${next}`);
      await page.getByRole('link', { name: 'Create an account' }).click();
      await expect(page).toHaveURL(`/register?${next}`);
      await page.getByRole('link', { name: 'Sign in' }).click();
      await expect(page).toHaveURL(`/login?${next}`);
      await page.getByRole('link', { name: 'Create an account' }).click();
      await fillIn(page, person);
      await expect(page).toHaveURL(`/verify-email?${next}`);
      const code = await mailedCode(targetAt(origin), person.email);
      await page.getByRole('button', { name: 'Send the code again' }).click();
      await expect(page.getByRole('status').filter({ hasText: 'Sent again' })).toBeVisible();
      expect(await mailedCode(targetAt(origin), person.email, 2), 'the same code').toBe(code);
      await enterCode(page, code);
      await expect(page).toHaveURL(wanted);
    });

    test('an address that has an account gets its mail again, on the same page', async ({ page, origin, member }) => {
      // Others of this person tell of sign-ins in other tests, whenever they come.
      const told = /There is one already/;
      const mails = await mailsTo(targetAt(origin), member.email);
      const before = mails.filter((mail) => told.test(mail.text)).length;
      await page.goto('/register');
      await fillIn(page, member);
      await page.getByRole('button', { name: 'Send the code again' }).click();
      await expect(page.getByRole('status').filter({ hasText: 'Sent again' })).toBeVisible();
      const { text } = await mailTo(targetAt(origin), member.email, { pattern: told, count: before + 2 });
      expect(text).not.toMatch(/^\d{6}$/m);
    });

    test('Back after the sign-up asks for no code', async ({ page, origin }) => {
      const person = newPerson();
      await page.goto('/register');
      await fillIn(page, person);
      await enterCode(page, await mailedCode(targetAt(origin), person.email));
      await expect(page).toHaveURL('/dashboard');
      await page.goBack();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('There is no code to enter');
      await expect(page.getByLabel('Code')).toHaveCount(0);
      await page.getByRole('link', { name: 'Go on' }).click();
      await expect(page).toHaveURL('/dashboard');
    });

    test('a faulty address and a weak password are told at once', async ({ page, expectFault }) => {
      expectFault(/status of 422/);
      await page.goto('/register');
      // Without scripts the browser itself would ask for another address first: some browsers do not.
      await page.locator('form').evaluate((form: HTMLFormElement) => {
        form.noValidate = true;
      });
      await fillIn(page, { name: '', email: 'nope', password: 'short' });
      await expect(page.getByLabel('Email')).toHaveAccessibleDescription(/name@example.com/);
      await expect(page.getByLabel('Password', { exact: true })).toHaveAccessibleDescription(/at least 15 characters/);
    });
  });
}
