import type { Page } from '@playwright/test';
import { type Person, signIn } from '@/tests/support/browser/people';
import { ageProofs as ageProofsOf } from '@/tests/support/database/sql';
import { mailedReset, mailedUndo } from '@/tests/support/http/mail-links';
import { mailedCode } from '@/tests/support/http/mailbox';
import { targetAt } from '@/tests/support/http/requests';
import { backend, expect, test } from './fixtures';

const NEW_PASSWORD = 'ninety-copper-geese-over-the-loch';
const newAddress = () => `${crypto.randomUUID()}@people.example`;

const ageProofs = ({ email }: Person) => ageProofsOf(backend().databaseUrl, email);

const question = (page: Page) => page.getByRole('heading', { name: 'Confirm it is you' });
const password = (page: Page) => page.getByLabel('Password', { exact: true });
const said = (page: Page, text: string | RegExp) => page.getByRole('status').filter({ hasText: text });

async function ask(page: Page, email: string): Promise<void> {
  await page.goto('/account');
  await page.getByLabel('New email').fill(email);
  await page.getByRole('button', { name: 'Change email' }).click();
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(`with scripts ${javaScriptEnabled ? 'on' : 'off'}`, () => {
    test.use({ javaScriptEnabled });

    test('an address is changed with a fresh proof and a code, and given back by the link in the old mailbox', async ({
      page,
      origin,
      signedIn: person,
    }) => {
      const target = targetAt(origin);
      const email = newAddress();
      await ageProofs(person);
      await ask(page, email);
      await expect(question(page)).toBeVisible();
      await expect(page.getByText(email)).toBeVisible();
      await expect(page).toHaveURL('/account');
      await password(page).fill('not-the-one-that-was-set-here');
      await page.getByRole('button', { name: 'Confirm' }).click();
      await expect(password(page)).toHaveAccessibleDescription('This is not your password');
      await expect(password(page)).toHaveValue('');
      await password(page).fill(person.password);
      await page.getByRole('button', { name: 'Confirm' }).click();
      await expect(said(page, 'A code is on its way')).toBeVisible();
      await expect(page.getByText(email)).toBeVisible();

      const code = await mailedCode(target, email);
      await page.getByLabel('Code').fill(code === '000000' ? '111111' : '000000');
      await page.getByRole('button', { name: 'Confirm new email' }).click();
      await expect(page.getByRole('alert').filter({ hasText: 'This code is not valid' })).toBeVisible();
      await page.getByLabel('Code').fill(`${code.slice(0, 3)} ${code.slice(3)}`);
      await page.getByRole('button', { name: 'Confirm new email' }).click();
      await expect(said(page, 'Your email address is changed')).toBeVisible();
      await expect(page.getByRole('definition').filter({ hasText: email })).toBeVisible();

      const undo = await mailedUndo(target, person.email);
      await page.goto(`/undo?token=${undo}`);
      await expect(page.getByText(person.email)).toBeVisible();
      await expect(page.getByText(email)).toHaveCount(0);
      await page.getByRole('button', { name: 'Undo the change' }).click();
      await expect(page).toHaveURL(/\/login(\?undone=1)?$/);
      const { token } = await mailedReset(target, person.email);
      await page.goto(`/reset-password?token=${token}`);
      await page.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD);
      await page.getByRole('button', { name: 'Set new password' }).click();
      await expect(page).toHaveURL(/\/login/);
      await signIn(page, { email: person.email, password: NEW_PASSWORD });
      await expect(page).toHaveURL('/dashboard');
    });

    test('a change that is cancelled is forgotten, and nothing was sent', async ({ page, signedIn: person }) => {
      await ageProofs(person);
      await ask(page, newAddress());
      await expect(question(page)).toBeVisible();
      await page.getByRole('button', { name: 'Cancel' }).click();
      await expect(page.getByLabel('New email')).toHaveValue('');
      await expect(question(page)).toHaveCount(0);
      await page.goto('/account');
      await expect(page.getByLabel('New email')).toHaveValue('');
      await expect(page.getByLabel('Code')).toHaveCount(0);
    });

    test('what is wrong with an address is said at its field, and what was typed is kept', async ({
      page,
      signedIn,
    }) => {
      await page.goto('/account');
      const field = page.getByLabel('New email');
      for (const [typed, words] of [
        ['no..body@people.example', /name@example\.com/],
        [signedIn.email, /the address that your account has/],
      ] as const) {
        await field.fill(typed);
        await page.getByRole('button', { name: 'Change email' }).click();
        await expect(field).toHaveAccessibleDescription(words);
        await expect(field).toHaveValue(typed);
      }
    });

    test('a code that is waited for is there after a reload, and can be given up', async ({
      page,
      origin,
      signedIn,
    }) => {
      const email = newAddress();
      await ask(page, email);
      await expect(page.getByLabel('Code')).toBeVisible();
      await page.goto('/account');
      await expect(page.getByLabel('Code')).toBeVisible();
      await mailedCode(targetAt(origin), email);
      await page.getByRole('button', { name: 'Use another address' }).click();
      await expect(page.getByLabel('New email')).toBeVisible();
      await expect(page.getByRole('definition').filter({ hasText: signedIn.email })).toBeVisible();
    });

    test('a password is changed, every other browser is out, and the new one signs in', async ({
      page,
      openBrowser,
      signedIn: person,
    }) => {
      const elsewhere = await (await openBrowser({ javaScriptEnabled })).newPage();
      await elsewhere.goto('/login');
      await signIn(elsewhere, person);
      await expect(elsewhere).toHaveURL('/dashboard');
      await page.goto('/account');
      await page.getByRole('link', { name: 'Security' }).click();
      await expect(page).toHaveURL('/account/security');
      const [current, chosen] = [
        page.getByLabel('Current password', { exact: true }),
        page.getByLabel('New password', { exact: true }),
      ];
      const change = page.getByRole('button', { name: 'Change password' });
      await current.fill('not-the-one-that-was-set-here');
      await chosen.fill(NEW_PASSWORD);
      await change.click();
      await expect(current).toHaveAccessibleDescription('This is not your password');
      await current.fill(person.password);
      await chosen.fill(person.password);
      await change.click();
      await expect(chosen).toHaveAccessibleDescription(/choose another one/);
      await current.fill(person.password);
      await chosen.fill(NEW_PASSWORD);
      await change.click();
      await expect(said(page, 'Your password is changed')).toBeVisible();
      await page.goto('/dashboard');
      await expect(page).toHaveURL('/dashboard');
      await elsewhere.goto('/dashboard');
      await expect(elsewhere).toHaveURL('/login?next=%2Fdashboard');
      await signIn(elsewhere, { email: person.email, password: NEW_PASSWORD });
      await expect(elsewhere).toHaveURL('/dashboard');
    });

    test('a proof is given on a page of its own, which leads on', async ({ page, signedIn: person, expectFault }) => {
      expectFault(/status of 401/);
      await ageProofs(person);
      await page.goto('/step-up?next=%2Faccount%2Fsecurity');
      await expect(page.getByRole('heading', { level: 2 })).toHaveText('Confirm it is you');
      await password(page).fill('not-the-one-that-was-set-here');
      await page.getByRole('button', { name: 'Confirm' }).click();
      await expect(page.getByRole('alert').filter({ hasText: 'This is not your password' })).toBeVisible();
      await password(page).fill(person.password);
      await page.getByRole('button', { name: 'Confirm' }).click();
      await expect(page).toHaveURL('/account/security');
      await ask(page, newAddress());
      await expect(page.getByLabel('Code')).toBeVisible();
    });

    test('a change that was begun before a proof in another tab starts again, with what was typed', async ({
      page,
      context,
      signedIn: person,
    }) => {
      const [first, second] = [newAddress(), newAddress()];
      await ageProofs(person);
      await ask(page, first);
      const other = await context.newPage();
      await ask(other, second);
      await expect(question(page)).toBeVisible();
      await password(other).fill(person.password);
      await other.getByRole('button', { name: 'Confirm' }).click();
      await expect(other.getByLabel('Code')).toBeVisible();
      await password(page).fill(person.password);
      await page.getByRole('button', { name: 'Confirm' }).click();
      await expect(page.getByText('This was started before you confirmed it is you. Start again.')).toBeVisible();
      await expect(page.getByLabel('New email')).toHaveValue(first);
    });
  });
}

test('another tab takes the new session over, and what is typed there stays', async ({
  page,
  context,
  signedIn: person,
}) => {
  await ageProofs(person);
  const other = await context.newPage();
  await other.goto('/account');
  await other.getByLabel('Name').fill('Quentin of the Ferry');
  await page.goto('/account/security');
  await page.getByLabel('Current password', { exact: true }).fill(person.password);
  await page.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD);
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(said(page, 'Your password is changed')).toBeVisible();
  await other.bringToFront();
  await expect(other.getByLabel('Name')).toHaveValue('Quentin of the Ferry');
  await other.getByRole('button', { name: 'Save name' }).click();
  await expect(said(other, 'Saved. Hello, Quentin of the Ferry.')).toBeVisible();
});

test('a form that was confirmed once is not confirmed again', async ({ page, signedIn: person, origin, context }) => {
  await ageProofs(person);
  const email = newAddress();
  await ask(page, email);
  const carried = await page.locator('input[name="carried"]').inputValue();
  await password(page).fill(person.password);
  await page.getByRole('button', { name: 'Confirm' }).click();
  await expect(page.getByLabel('Code')).toBeVisible();
  await page.getByRole('button', { name: 'Use another address' }).click();
  await expect(page.getByLabel('New email')).toBeVisible();
  await ageProofs(person);
  const later = newAddress();
  await ask(page, later);
  await expect(question(page)).toBeVisible();
  await page.locator('input[name="carried"]').evaluate((input, text) => {
    (input as HTMLInputElement).value = text;
  }, carried);
  await password(page).fill(person.password);
  await page.getByRole('button', { name: 'Confirm' }).click();
  await expect(page.getByText('This was started before you confirmed it is you. Start again.')).toBeVisible();
  expect((await context.request.get(`${origin}/api/auth/session`)).status()).toBe(200);
});

test('by keyboard alone: the question takes the focus, and Enter answers it', async ({ page, signedIn: person }) => {
  await ageProofs(person);
  await page.goto('/account');
  await page.getByLabel('New email').focus();
  await page.keyboard.type(newAddress());
  await page.keyboard.press('Enter');
  await expect(question(page)).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(password(page)).toBeFocused();
  await page.keyboard.type(person.password);
  await page.keyboard.press('Enter');
  await expect(said(page, 'A code is on its way')).toBeFocused();
});
