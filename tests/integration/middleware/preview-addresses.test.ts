import { describe, expect, it } from 'vitest';
import { cookieNames } from '@/lib/core/http/cookies';
import { useDatabase } from '@/tests/support/database/use-database';
import { openBrowser } from '@/tests/support/http/cookie-jar';
import { problemOf } from '@/tests/support/http/problems';
import { claimsOf } from '@/tests/support/http/programs';
import { send } from '@/tests/support/http/requests';
import { createPerson, PASSWORD } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const BRANCH = 'app-git-my-branch.vercel.app';
const DEPLOYMENT = 'app-abc123.vercel.app';
const NAMES = cookieNames(true);

const { url: databaseUrl } = await useDatabase();
const server = await useServer({
  databaseUrl,
  env: {
    ...{ VERCEL: '1', VERCEL_ENV: 'preview', VERCEL_URL: DEPLOYMENT, VERCEL_BRANCH_URL: BRANCH },
    ...{ APP_ORIGIN: 'https://app.example.com', HANDSTAMP_DATA: '', TRUSTED_PROXY_HOPS: '1' },
  },
});
// Its self-calls stay on this machine by INTERNAL_ORIGIN: the names above lead nowhere.

/** As a browser that has opened the preview at `host` sends it. */
const at = (host: string) => ({
  headers: { host, origin: `https://${host}`, 'sec-fetch-site': 'same-origin', 'x-forwarded-host': host },
});

describe.each([
  ['its branch', BRANCH],
  ['the deployment itself', DEPLOYMENT],
])('a preview that is opened at the address of %s', (_which, host) => {
  it('sends a guest to sign in at the branch', async () => {
    const answer = await send(server, '/dashboard', at(host));
    expect([answer.status, answer.headers.location]).toEqual([303, `https://${BRANCH}/login?next=%2Fdashboard`]);
  });

  it('signs in, shows member pages, renews them and signs out, with one issuer', async () => {
    const { email } = await createPerson({ hasPassword: true });
    const browser = openBrowser(server);
    const json = { email, password: PASSWORD };
    const signedIn = await browser.request('/api/auth/login', { method: 'POST', json, ...at(host) });
    expect(signedIn.status, signedIn.text).toBe(200);
    expect(claimsOf(browser.jar.get(NAMES.access) ?? '')).toMatchObject({ iss: `https://${BRANCH}` });
    expect((await browser.request('/dashboard', at(host))).status).toBe(200);

    const renewed = await send(server, '/dashboard', {
      ...at(host),
      cookies: { [NAMES.refresh]: browser.jar.get(NAMES.refresh) ?? '' },
    });
    expect(renewed.status).toBe(200);
    expect(Object.keys(renewed.cookies).sort()).toEqual([NAMES.access, NAMES.refresh]);

    expect((await browser.request('/api/auth/logout', { method: 'POST', json: {}, ...at(host) })).status).toBe(204);
    expect((await browser.request('/dashboard', at(host))).status).toBe(303);
  });
});

it('a preview takes no request that another site caused', async () => {
  const headers = { host: BRANCH, origin: `https://${DEPLOYMENT}`, 'sec-fetch-site': 'cross-site' };
  expect(problemOf(await send(server, '/api/auth/login', { method: 'POST', json: {}, headers }))).toBe(
    '403 origin_refused',
  );
});
