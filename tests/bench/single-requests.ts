import { BROWSER } from '@/tests/support/database/session-rows';
import { ORIGIN } from './variants';

/** What the n-th of the prepared people sends to sign in. */
export const loginBody = (n: number, password: string): string =>
  JSON.stringify({ email: `login-${n}@bench.test`, password });

/** Signs in at a server; throws unless it did. */
export async function loginOnce(server: string, body: string): Promise<void> {
  const headers = { 'content-type': 'application/json', origin: ORIGIN };
  const answer = await fetch(`${server}/api/auth/login`, { method: 'POST', headers, body });
  if (answer.status !== 200) throw new Error(`Nobody could sign in: ${answer.status}`);
}

/** Renews a session at a server. @returns Its cookies, as a browser sends them. */
export async function refreshOnce(server: string, refreshToken: string): Promise<string> {
  const headers = { cookie: `handstamp-refresh=${refreshToken}`, origin: ORIGIN, 'user-agent': BROWSER.userAgent };
  const answer = await fetch(`${server}/api/auth/refresh`, { method: 'POST', headers });
  if (answer.status !== 200) throw new Error(`The session could not be renewed: ${answer.status}`);
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(';', 1).join(''))
    .join('; ');
}
