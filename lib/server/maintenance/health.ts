import 'server-only';
import { cookieNames } from '@/lib/core/http/cookies';
import { HOME_PATH, loginPath } from '@/lib/core/http/safe-redirect';
import { env } from '@/lib/server/config/env';
import { db } from '@/lib/server/database/client';
import { sharedCheck } from './shared-check';

/** What has to answer before this server can serve people who are signed in. */
export type Part = 'database' | 'edge';

/** What is away: a part that does not answer, or this server itself, which was told to end. */
export type Away = Part | 'server';

export type DatabaseHealth = {
  /** Seconds that this machine's clock is ahead of the database's. */
  readonly clockSkewSeconds: number;
};

/** Null when the database does not answer, for whatever reason. One statement a second at most. */
export const checkDatabase = sharedCheck('database' satisfies Part, async (): Promise<DatabaseHealth> => {
  const [row] = await db().$queryRaw<{ now: number }[]>`SELECT extract(epoch FROM clock_timestamp())::float8 AS now`;
  return { clockSkewSeconds: Math.round((Date.now() / 1_000 - (row?.now ?? 0)) * 1_000) / 1_000 };
});

/** No token of anybody: the middleware looks at its keys all the same. */
const MADE_UP_TOKEN = 'made.up.token';

/**
 * Null when a request does not get through the edge: a member page, asked for at `INTERNAL_ORIGIN` with a made-up access
 * cookie, must be led to the login page by our middleware (303; the page's own guard would say 307). It brings no refresh
 * cookie, so that nothing is renewed by it.
 */
export const checkEdge = sharedCheck('edge' satisfies Part, async (signal) => {
  const { internalOrigin, appOrigin, isSecureOrigin, protectionBypass } = env();
  const headers = {
    cookie: `${cookieNames(isSecureOrigin).access}=${MADE_UP_TOKEN}`,
    ...(protectionBypass === null ? {} : { 'x-vercel-protection-bypass': protectionBypass }),
  };
  const url = `${internalOrigin}${HOME_PATH}`;
  const response = await fetch(url, { headers, redirect: 'manual', cache: 'no-store', signal });
  response.body?.cancel().catch(() => undefined);
  const location = response.headers.get('location');
  const leadsTo = location !== null && URL.canParse(location, appOrigin) ? new URL(location, appOrigin) : null;
  if (response.status !== 303 || leadsTo?.href !== new URL(loginPath(HOME_PATH), appOrigin).href) {
    throw new Error(`The edge answered ${HOME_PATH} with ${response.status}, not with the way to the login page`);
  }
  return { status: response.status };
});
