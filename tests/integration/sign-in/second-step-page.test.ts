import { describe, expect, it } from 'vitest';
import { accountBucket, factorBucket } from '@/lib/server/rate-limit/buckets';
import { useDatabase } from '@/tests/support/database/use-database';
import { createProtected } from '@/tests/support/factors';
import { send } from '@/tests/support/http/requests';
import { givePasskey } from '@/tests/support/passkey';
import { type Cookies, createPerson, failInARow, PASSWORD, type Person } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });

const halfway = async ({ email }: Person): Promise<Cookies> =>
  (await send(server, '/api/auth/login', { method: 'POST', json: { email, password: PASSWORD } })).cookies;
const pageOf = async (cookies: Cookies, query = '') => (await send(server, `/login/mfa${query}`, { cookies })).text;
const fieldsOf = (html: string): string[] =>
  [...html.matchAll(/<input [^>]*name="(\w+)"/g)].map(([, name = '']) => name);

describe('the page of the second step asks for what the sign-in wants', () => {
  it('the app, or a recovery code where that was chosen', async () => {
    const cookies = await halfway(await createProtected());
    const byApp = await pageOf(cookies);
    expect(fieldsOf(byApp)).toEqual(['next', 'username', 'code']);
    expect(byApp).toContain('authenticator app shows');
    expect(byApp).not.toContain('Many wrong passwords');
    const byCode = await pageOf(cookies, '?with=recovery');
    expect(fieldsOf(byCode)).toEqual(['next', 'username', 'with', 'code']);
    expect(byCode).toContain('Recovery code');
    expect(byCode).not.toContain('inputMode="numeric"');
  });

  it('the mailed code alone, where nothing else is wanted', async () => {
    const owner = await createPerson({ hasPassword: true });
    await failInARow(await accountBucket(owner.email));
    const html = await pageOf(await halfway(owner));
    expect(fieldsOf(html)).toEqual(['next', 'username', 'mailCode']);
    expect(html).toContain('Many wrong passwords were tried');
    expect(html).not.toContain('Use a recovery code');
  });

  it('both, where somebody guessed at the account of a person with an app', async () => {
    const owner = await createProtected();
    await failInARow(await factorBucket(owner.id, null));
    const html = await pageOf(await halfway(owner));
    expect(fieldsOf(html)).toEqual(['next', 'username', 'code', 'mailCode']);
    expect(html).toContain('Many wrong passwords or codes were tried');
  });

  it('the passkey alone, where there is nothing else: no mailed code would do beside it', async () => {
    const owner = await createPerson({ hasPassword: true });
    await givePasskey(owner);
    await failInARow(await accountBucket(owner.email));
    const html = await pageOf(await halfway(owner));
    expect(fieldsOf(html)).toEqual([]);
    expect(html).toContain('Now use your passkey');
    expect(html).not.toContain('mailbox');
  });

  it('and after a refusal with scripts off for the same again, in whose address nothing typed stands', async () => {
    const cookies = await halfway(await createProtected());
    const form = { next: '/account', with: 'recovery', code: '0000-0000-0000-0000-0000-0000' };
    const { headers } = await send(server, '/api/auth/login/mfa', { method: 'POST', form, cookies });
    expect(headers.location).toBe('/login/mfa?error=invalid_code&next=%2Faccount&with=recovery');
    const html = await pageOf(cookies, '?error=invalid_code&with=recovery');
    expect(html).toContain('This recovery code is not right, or was used');
    const empty = await pageOf(cookies, '?error=validation_failed&fields=code:custom,mailCode:custom');
    expect(empty).toContain('Enter the six digits that your app shows');
  });
});
