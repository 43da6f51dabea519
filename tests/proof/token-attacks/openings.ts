import { expect } from 'vitest';
import { type Answer, send } from '@/tests/support/http/requests';
import { COOKIE, createPerson, prepareSession } from '@/tests/support/people';
import type { Ground } from './ground';
import { summaryOf, type Target } from './targets';
import { asBearer, ask, inCookie } from './wire';

/** What a token opens: the API by cookie and by Bearer, a page behind the middleware and one without, and the other process. */
export const DOORS = ['api', 'bearer', 'page', 'page without middleware', 'service'] as const;
export type Door = (typeof DOORS)[number];

/** The status of each door for a token. */
export async function doorsFor(
  { server, bare, service }: Pick<Ground, 'server' | 'bare' | 'service'>,
  token: string,
): Promise<Record<Door, number>> {
  const cookie = { headers: inCookie(COOKIE.access, token) };
  const status = async (answer: Promise<Pick<Answer, 'status'>>) => (await answer).status;
  return {
    api: await status(send(server, '/api/me', cookie)),
    bearer: await status(send(server, '/api/me', { headers: asBearer(token) })),
    page: await status(send(server, '/dashboard', cookie)),
    'page without middleware': await status(send(bare, '/dashboard', cookie)),
    service: await status(service.ask(asBearer(token).authorization)),
  };
}

export const ALL_OPEN: Record<Door, number> = {
  ...{ api: 200, bearer: 200, page: 200 },
  ...{ 'page without middleware': 200, service: 200 },
};
export const ALL_SHUT: Record<Door, number> = {
  ...{ api: 401, bearer: 401, page: 303 },
  ...{ 'page without middleware': 307, service: 401 },
};

/**
 * True when a target lets a genuine token in. For each an admin of their own is made: some of these requests end what they
 * are about. What such a request lacks besides, such as a body, may be told; only who asks may not be asked again.
 */
export async function opensFor(target: Target): Promise<boolean> {
  const { accessToken, refreshToken } = await prepareSession(await createPerson({ role: 'admin' }));
  const got = await ask(target.request(target.kind === 'refresh' ? refreshToken : accessToken));
  expect([target.name, got.status < 500]).toEqual([target.name, true]);
  const isLedAway = /^30\d \/login/.test(summaryOf(got));
  return got.status !== 401 && !isLedAway;
}
