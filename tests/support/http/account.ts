import { db } from '@/lib/server/database/client';
import type { Cookies } from '@/tests/support/people';
import { type Answer, type RequestOptions, send, type Target } from './requests';

type Options = Omit<RequestOptions, 'method' | 'json' | 'cookies'>;

const post = (target: Target, path: string, cookies: Cookies, json: unknown, options: Options = {}): Promise<Answer> =>
  send(target, path, { method: 'POST', json, cookies, ...options });

/** Proves once more who one is, by password. */
export const stepUp = (target: Target, cookies: Cookies, password: string, options?: Options) =>
  post(target, '/api/auth/step-up', cookies, { password }, options);

/** Asks for another password. */
export const changePassword = (target: Target, cookies: Cookies, json: object, options?: Options) =>
  post(target, '/api/account/password', cookies, json, options);

/** Asks for another address. */
export const changeEmail = (target: Target, cookies: Cookies, email: string, options?: Options) =>
  post(target, '/api/account/email', cookies, { email }, options);

/** Finishes the change of address with its code; `cookies` with the pending one. */
export const confirmEmail = (target: Target, cookies: Cookies, code: string, options?: Options) =>
  post(target, '/api/account/email/confirm', cookies, { code }, options);

/** Makes the last proof of a session older: what waiting would do, without the waiting. Time is the database's. */
export async function ageProof(sessionId: string, ago = '11 minutes'): Promise<void> {
  await db().$executeRaw`
    UPDATE "Session" SET "authenticatedAt" = "authenticatedAt" - ${ago}::interval WHERE id = ${sessionId}`;
}
