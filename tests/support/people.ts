import { expect } from 'vitest';
import { newId } from '@/lib/core/encoding';
import { cookieNames } from '@/lib/core/http/cookies';
import type { Role } from '@/lib/core/token/claims';
import { db } from '@/lib/server/database/client';
import { randomBytes } from '@/lib/server/keys/random';
import type { Bucket } from '@/lib/server/rate-limit/buckets';
import { startSession } from '@/lib/server/sessions/start';
import { type RequestOptions, send, type Target } from './http/requests';
import { PASSWORD, storedPassword } from './stored-password';

export { PASSWORD } from './stored-password';

/** Names of our cookies on a site without TLS, as all but one of the tests use. */
export const COOKIE = cookieNames(false);

/** Cookies by name. */
export type Cookies = Readonly<Record<string, string>>;

export type Person = { readonly id: string; readonly email: string };

export type PreparedSession = {
  readonly id: string;
  readonly person: Person;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Both cookies. */
  readonly cookies: Record<string, string>;
  /** The cookie of a browser whose access token is gone. */
  readonly refreshOnly: Record<string, string>;
  /** A copied access token. */
  readonly accessOnly: Record<string, string>;
};

let count = 0;

/** Makes a person in the database of this test file; with `hasPassword`, one who can log in with `PASSWORD`. */
export async function createPerson(
  options: { email?: string; name?: string; role?: Role; hasPassword?: boolean } = {},
): Promise<Person> {
  count += 1;
  const { email = `person-${count}@people.test`, name = `Person ${count}`, role = 'member' } = options;
  const id = newId(randomBytes);
  const password = options.hasPassword ? { password: { create: { hash: await storedPassword() } } } : {};
  await db().user.create({ data: { id, email, name, role, ...password } });
  return { id, email };
}

/**
 * Begins a session by the product's own function, in this process: what a login does after the password. A server with
 * `APP_ORIGIN` of `testEnvironment` on the same database takes its tokens for its own.
 */
export async function prepareSession(
  person?: Person,
  remember = true,
  amr: readonly string[] = ['pwd'],
): Promise<PreparedSession> {
  const owner = person ?? (await createPerson());
  const facts = { userAgent: null, device: null, ip: null };
  const tokens = await startSession({
    userId: owner.id,
    kind: 'browser',
    remember,
    amr,
    facts,
    broughtRefreshToken: null,
  });
  if (tokens === null) throw new Error('The person is gone or disabled');
  const { accessToken, refreshToken, claims } = tokens;
  const accessOnly = { [COOKIE.access]: accessToken };
  const refreshOnly = { [COOKIE.refresh]: refreshToken };
  const cookies = { ...accessOnly, ...refreshOnly };
  return { id: claims.sid, person: owner, accessToken, refreshToken, cookies, refreshOnly, accessOnly };
}

/** Signs somebody in who has a password, over HTTP. */
export async function signIn(server: Target, { email }: Person, options: RequestOptions = {}): Promise<Cookies> {
  const json = { email, password: PASSWORD, remember: true };
  const answer = await send(server, '/api/auth/login', { method: 'POST', json, ...options });
  expect(answer.status, answer.text).toBe(200);
  return answer.cookies;
}

/** One cookie of several, alone. */
export const only = (cookies: Cookies, name: string): Cookies => ({ [name]: cookies[name] ?? '' });

/** The session's row as it stands. */
export const sessionRow = (id: string) => db().session.findUniqueOrThrow({ where: { id } });

/** Makes the last rotation `seconds` older: what waiting would do, without the waiting. Time is the database's. */
export async function ageRotation(sessionId: string, seconds: number): Promise<void> {
  const aged = await db().$executeRaw`
    UPDATE "Session" SET "rotatedAt" = "rotatedAt" - ${seconds} * interval '1 second'
    WHERE id = ${sessionId} AND "rotatedAt" IS NOT NULL`;
  if (aged !== 1) throw new Error('The session has not rotated yet');
}

/**
 * Makes every wait of the rate limit a minute longer: the first ones are so short that a busy machine may take longer to
 * its next line. Where nobody waits, nothing changes.
 */
export async function lengthenWaits(): Promise<void> {
  await db().$executeRaw`UPDATE "RateLimit" SET "blockedUntil" = "blockedUntil" + interval '1 minute'`;
}

/** So many failures in a row as if they had been made, and the last wait is over. */
export async function failInARow({ key }: Bucket, failures = 100): Promise<void> {
  await db().$executeRaw`
    INSERT INTO "RateLimit" (key, failures, "expiresAt") VALUES (${key}, ${failures}, now() + interval '1 day')
    ON CONFLICT (key) DO UPDATE SET failures = ${failures}, "blockedUntil" = NULL`;
}

/** Types of the audit events of one session, oldest first. */
export async function auditTypes(sessionId: string): Promise<string[]> {
  const events = await db().auditEvent.findMany({ where: { sessionId }, orderBy: { id: 'asc' } });
  return events.map((event) => event.type);
}
