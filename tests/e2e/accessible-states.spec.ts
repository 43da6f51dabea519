import { hashLinkToken, newLinkToken } from '@/lib/core/token/link-token';
import { codeOf } from '@/tests/support/app-codes';
import { expectAccessible, WCAG } from '@/tests/support/browser/accessible';
import { setUpApp } from '@/tests/support/browser/factors';
import { ADMIN, logIn, newPerson, signIn, signUp } from '@/tests/support/browser/people';
import { addAuthenticator, holdSuggestions } from '@/tests/support/browser/virtual-authenticator';
import { ageProofs, sql } from '@/tests/support/database/sql';
import { backend, expect, test } from './fixtures';

test.use({ contextOptions: { reducedMotion: 'reduce' }, trace: 'off' });

/** An admin began to take the second factors of somebody away. Returns the token of the link that stops it. */
async function resetThatCanBeStopped(email: string): Promise<string> {
  const token = newLinkToken((count) => crypto.getRandomValues(new Uint8Array(count)));
  const hash = Buffer.from((await hashLinkToken(token)) ?? []).toString('hex');
  await sql(
    backend().databaseUrl,
    `WITH person AS (SELECT id, email FROM "User" WHERE email = $1), reset AS (
       INSERT INTO "FactorReset" ("userId", reason, "notBefore", "expiresAt")
       SELECT id, 'lost', now() + interval '1 day', now() + interval '8 days' FROM person
     )
     INSERT INTO "MailLink" (hash, purpose, "userId", address, "expiresAt")
     SELECT decode($2, 'hex'), 'stop_reset', id, email, now() + interval '8 days' FROM person`,
    [email, hash],
  );
  return token;
}

test('the page of a code is without barriers that axe knows, before and after it was sent again', async ({ page }) => {
  const { email, password } = newPerson();
  await page.goto('/register');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Enter your code');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Send the code again' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Sent again' })).toBeVisible();
  await expectAccessible(page);
});

test('the pages of second factors are without barriers that axe knows, from the offer of one to its code', async ({
  page,
  context,
  origin,
  signedIn,
}) => {
  await addAuthenticator(page);
  await logIn(context.request, origin, signedIn);
  await page.goto('/dashboard');
  await expect(page.getByRole('region', { name: 'Passkey', exact: true })).toBeVisible();
  await expectAccessible(page);
  await page.goto('/account/security');
  await page.getByRole('button', { name: 'Set up authenticator app' }).click();
  await expect(page.getByRole('img', { name: 'QR code for your authenticator app' })).toBeVisible();
  await expectAccessible(page);
  const address = await page.getByRole('link', { name: 'open it in an app' }).getAttribute('href');
  const key = new URL(address ?? '').searchParams.get('secret') ?? '';
  await page.getByLabel('Authentication code').fill(codeOf(key));
  await page.getByRole('button', { name: 'Turn on' }).click();
  await expect(page.getByRole('list', { name: 'Recovery codes' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'I have kept them' }).click();
  await expect(page.getByText('10 codes are left.')).toBeVisible();
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  const passkey = page.getByRole('list', { name: 'Passkeys' }).getByRole('listitem');
  await expect(passkey).toHaveCount(1);
  await expectAccessible(page);
  await passkey.getByRole('button', { name: /^Remove/ }).click();
  await expect(page.getByRole('heading', { name: 'Remove this passkey?' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await ageProofs(backend().databaseUrl, signedIn.email);
  await page.getByRole('button', { name: 'Remove authenticator app' }).click();
  await expect(page.getByRole('heading', { name: 'Confirm it is you' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Use a passkey' })).toBeVisible();
  await expectAccessible(page);
  await page.goto(`/undo?token=${await resetThatCanBeStopped(signedIn.email)}`);
  await expect(page.getByRole('button', { name: 'Stop the reset' })).toBeVisible();
  await expectAccessible(page);
  await context.clearCookies();
  // Else the device takes the suggestion before the form is sent.
  await holdSuggestions(page);
  await page.goto('/login');
  await signIn(page, signedIn);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Second step');
  await expect(page.getByRole('button', { name: 'Use a passkey' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Use a recovery code' }).click();
  await expect(page.getByLabel('Recovery code')).toBeVisible();
  await expectAccessible(page);
});

test('the dialog and a refused name are without barriers that axe knows', async ({
  page,
  openBrowser,
  origin,
  signedIn,
}) => {
  const other = await openBrowser();
  await logIn(other.request, origin, signedIn);
  await page.goto('/account/sessions');
  await page.getByRole('button', { name: /^End session/ }).click();
  await expect(page.getByRole('alertdialog')).toBeVisible();
  // The rest of the page is inert, its landmarks and headings with it: only the rules of WCAG fit.
  await expectAccessible(page, WCAG);

  await page.goto('/account');
  await page.getByLabel('Name').fill('x'.repeat(81));
  await page.getByRole('button', { name: 'Save name' }).click();
  await expect(page.getByLabel('Name')).toHaveAccessibleDescription(/80 characters/);
  await expectAccessible(page);
});

test('what stands in place of the form for an address is without barriers that axe knows', async ({
  page,
  signedIn,
}) => {
  await ageProofs(backend().databaseUrl, signedIn.email);
  await page.goto('/account');
  await page.getByLabel('New email').fill(newPerson().email);
  await page.getByRole('button', { name: 'Change email' }).click();
  await page.getByLabel('Password', { exact: true }).fill('not-the-one-that-was-set-here');
  await page.getByRole('button', { name: 'Confirm' }).click();
  await expect(page.getByLabel('Password', { exact: true })).toHaveAccessibleDescription('This is not your password');
  await expectAccessible(page);
  await page.getByLabel('Password', { exact: true }).fill(signedIn.password);
  await page.getByRole('button', { name: 'Confirm' }).click();
  await expect(page.getByLabel('Code')).toBeVisible();
  await expectAccessible(page);
});

test('the page of a person is without barriers that axe knows, and so is the question for a proof in it', async ({
  page,
  context,
  origin,
  openBrowser,
}) => {
  const theirs = await openBrowser();
  const person = await signUp(theirs.request, origin);
  await setUpApp(theirs.request, origin);
  await logIn(context.request, origin, ADMIN);
  await page.goto(`/admin/users?search=${person.email}`);
  await page.getByRole('row').filter({ hasText: person.email }).getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('User');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Start factor reset' }).click();
  await expect(page.getByLabel('Reason')).toHaveAccessibleDescription(/Say why/);
  await expectAccessible(page);
  await ageProofs(backend().databaseUrl, ADMIN.email);
  await page.getByLabel('Reason').fill('lost the phone');
  await page.getByRole('button', { name: 'Start factor reset' }).click();
  await expect(page.getByRole('heading', { name: 'Confirm it is you' })).toBeVisible();
  await expectAccessible(page);
});

test('the name of a session and the question before a deletion are without barriers that axe knows', async ({
  page,
  signedIn: _signedIn,
}) => {
  await page.goto('/account/sessions');
  await page.locator('summary').click();
  await page.getByLabel('Session name').fill('\u202e');
  await page.getByRole('button', { name: 'Save name' }).click();
  await expect(page.getByLabel('Session name')).toHaveAccessibleDescription(/of which one can be seen/);
  await expectAccessible(page);
  await page.goto('/account/data');
  await page.getByRole('button', { name: 'Delete my account' }).click();
  await expect(page.getByRole('heading', { name: 'Delete your account?' })).toBeFocused();
  await expectAccessible(page);
});
