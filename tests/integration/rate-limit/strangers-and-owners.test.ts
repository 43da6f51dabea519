import { beforeEach, describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { addClient } from '@/lib/server/oauth/client-store';
import { useDatabase } from '@/tests/support/database/use-database';
import { mailedCode, mailsTo, otherThan } from '@/tests/support/http/mailbox';
import { problemOf } from '@/tests/support/http/problems';
import { ask, oauthErrorOf } from '@/tests/support/http/programs';
import { type Answer, atOnce, send } from '@/tests/support/http/requests';
import { COOKIE, createPerson, lengthenWaits, only, PASSWORD, type Person } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

// Each sentence of the promise has a stranger and an owner in it.

const { url } = await useDatabase();
const server = await useServer({ databaseUrl: url, env: { TRUSTED_PROXY_HOPS: '1' } });

const STRANGER = '203.0.113.66';
const OFFICE = '198.51.100.7';
const WRONG = 'not-the-password-of-anybody';
const NEW_PASSWORD = 'brown-herons-wait-under-the-bridge';

let networks = 0;
/** An address of a network that nobody came from before. */
function newNetwork(): string {
  networks += 1;
  return `192.0.2.${networks}`;
}

const from = (ip: string) => ({ 'x-forwarded-for': ip });
const logIn = (email: string, password: string, ip: string, cookies = {}): Promise<Answer> =>
  send(server, '/api/auth/login', { method: 'POST', json: { email, password }, cookies, headers: from(ip) });
const askToken = (email: string, password: string, ip: string, more = {}) =>
  ask(server, '/api/auth/token', { email, password, ...more }, { headers: from(ip) });

/** A browser that the account has let in: the cookie that says so. */
async function knownDevice({ email }: Person): Promise<Record<string, string>> {
  const answer = await logIn(email, PASSWORD, newNetwork());
  expect(answer.status).toBe(200);
  return only(answer.cookies, COOKIE.device);
}

/** Wrong passwords until strangers have to wait for this account, and a long wait so that the test need not hurry. */
async function blockStrangers(email: string): Promise<void> {
  for (let guess = 0; guess < 5; guess += 1) {
    expect(problemOf(await logIn(email, WRONG, newNetwork()))).toBe('401 invalid_credentials');
  }
  await lengthenWaits();
  expect(problemOf(await logIn(email, WRONG, newNetwork()))).toBe('429 too_many_attempts');
}

let owner: Person;
beforeEach(async () => {
  await db().$executeRaw`DELETE FROM "RateLimit"`;
  networks = 0;
  owner = await createPerson({ hasPassword: true });
});

// Promise: Guessing is slowed by account, device, program and network
describe('guesses at one account', () => {
  it('make strangers wait, and not its owner on a device that it knows', async () => {
    const device = await knownDevice(owner);
    await blockStrangers(owner.email);
    expect((await logIn(owner.email, PASSWORD, newNetwork())).status).toBe(429);
    expect((await logIn(owner.email, PASSWORD, newNetwork(), device)).status).toBe(200);
  });

  it('on a known device wait too, and not elsewhere', async () => {
    const device = await knownDevice(owner);
    for (let guess = 0; guess < 5; guess += 1) await logIn(owner.email, WRONG, newNetwork(), device);
    await lengthenWaits();
    expect(problemOf(await logIn(owner.email, PASSWORD, newNetwork(), device))).toBe('429 too_many_attempts');
    expect((await logIn(owner.email, PASSWORD, newNetwork())).status).toBe(200);
  });

  it('with device cookies that are made up, or of another account, are those of a stranger', async () => {
    const other = await knownDevice(await createPerson({ hasPassword: true }));
    const madeUp = (n: number) => ({ [COOKIE.device]: Buffer.alloc(48, n).toString('base64url') });
    for (let guess = 0; guess < 5; guess += 1) {
      const cookies = guess === 0 ? other : madeUp(guess);
      expect(problemOf(await logIn(owner.email, WRONG, newNetwork(), cookies))).toBe('401 invalid_credentials');
    }
    await lengthenWaits();
    for (const cookies of [madeUp(9), other]) {
      expect(problemOf(await logIn(owner.email, PASSWORD, newNetwork(), cookies))).toBe('429 too_many_attempts');
    }
  });

  it('are no guesses when they are right: sixty at once all sign in', async () => {
    const answers = await atOnce(60, () => logIn(owner.email, PASSWORD, OFFICE));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const programs = await atOnce(20, (n) => askToken(owner.email, PASSWORD, `192.0.2.${100 + n}`));
    expect(new Set(programs.map(({ status }) => status))).toEqual(new Set([200]));
  });

  it('are compared five at most when sixty come at once', async () => {
    const answers = await atOnce(60, (n) => logIn(owner.email, `${WRONG}-${n}`, `192.0.2.${n}`));
    const compared = answers.filter(({ status }) => status === 401);
    expect(compared.length).toBeLessThanOrEqual(5);
    // The others found no place beside the one that was hashed, or had to wait.
    for (const answer of answers) expect([401, 429, 503]).toContain(answer.status);
    expect((await db().rateLimit.findFirst({ where: { key: { startsWith: 'account:' } } }))?.failures).toBe(
      compared.length,
    );
  });
});

describe('guesses from one network', () => {
  it('make it wait, and not an owner there on a device that the account knows', async () => {
    const device = await knownDevice(owner);
    await db().$executeRaw`UPDATE "RateLimit" SET failures = 99 WHERE key LIKE 'address:%'`;
    const stranger = await createPerson({ hasPassword: true });
    await logIn(stranger.email, WRONG, STRANGER);
    await db().$executeRaw`UPDATE "RateLimit" SET failures = 99 WHERE key LIKE 'address:%'`;
    expect(problemOf(await logIn(stranger.email, WRONG, STRANGER))).toBe('401 invalid_credentials');
    expect(problemOf(await logIn(stranger.email, PASSWORD, STRANGER))).toBe('429 too_many_attempts');
    expect(problemOf(await logIn(owner.email, PASSWORD, STRANGER))).toBe('429 too_many_attempts');
    expect((await logIn(owner.email, PASSWORD, STRANGER, device)).status).toBe(200);
    expect((await logIn(owner.email, PASSWORD, newNetwork())).status).toBe(200);
  });

  it('are counted by failures: an office in which everybody signs in never waits', async () => {
    await db().$executeRaw`DELETE FROM "RateLimit"`;
    for (let n = 0; n < 5; n += 1) expect((await logIn(owner.email, PASSWORD, OFFICE)).status).toBe(200);
    expect(await db().rateLimit.count()).toBe(0);
  });

  it('at thirty accounts make it wait for every other one, which its owner elsewhere does not notice', async () => {
    for (let n = 0; n < 29; n += 1) {
      await db().$executeRaw`DELETE FROM "RateLimit" WHERE key LIKE 'address:%'`;
      if (n < 2) expect((await logIn(`spray-${n}@people.test`, WRONG, STRANGER)).status).toBe(401);
    }
    await db().$executeRaw`UPDATE "RateLimit" SET failures = 29 WHERE key LIKE 'spray:%'`;
    expect((await logIn('spray-2@people.test', WRONG, STRANGER)).status).toBe(401);
    expect(problemOf(await logIn(owner.email, PASSWORD, STRANGER))).toBe('429 too_many_attempts');
    expect((await logIn(owner.email, PASSWORD, OFFICE)).status).toBe(200);
  });
});

describe('programs', () => {
  it('are not held up by what strangers did at the login page', async () => {
    await blockStrangers(owner.email);
    expect((await askToken(owner.email, PASSWORD, OFFICE)).status).toBe(200);
  });

  it('with a client secret are not held up by strangers at the token endpoint, nor from their own network', async () => {
    const client = await addClient(`nightly-${owner.id}`, null);
    for (let guess = 0; guess < 5; guess += 1) await askToken(owner.email, WRONG, OFFICE);
    await lengthenWaits();
    expect(oauthErrorOf(await askToken(owner.email, PASSWORD, OFFICE))).toBe('429 too_many_attempts');
    await db().$executeRaw`UPDATE "RateLimit" SET failures = 100, "blockedUntil" = now() + interval '10 minutes'`;
    const secret = { client_id: client?.id, client_secret: client?.secret };
    expect((await askToken(owner.email, PASSWORD, OFFICE, secret)).status).toBe(200);
    expect(oauthErrorOf(await askToken(owner.email, PASSWORD, OFFICE, { ...secret, client_secret: 'hs_cs_x' }))).toBe(
      '401 invalid_client',
    );
  });

  it('that sign in do not make a guesser’s failures be forgotten', async () => {
    for (let round = 0; round < 2; round += 1) {
      for (let guess = 0; guess < 2; guess += 1) await askToken(owner.email, WRONG, newNetwork());
      expect((await askToken(owner.email, PASSWORD, OFFICE)).status).toBe(200);
    }
    const row = await db().rateLimit.findFirst({ where: { key: { startsWith: 'program:' } } });
    expect(row?.failures).toBe(4);
  });

  it('behind a proxy with a password of its own are asked for nothing more', async () => {
    const basic = `Basic ${Buffer.from('staging:letmein').toString('base64')}`;
    const answer = await ask(
      server,
      '/api/auth/token',
      { email: owner.email, password: PASSWORD },
      { headers: { ...from(OFFICE), authorization: basic } },
    );
    expect(answer.status).toBe(200);
  });
});

describe('sign-ups of one address', () => {
  const register = (email: string, ip: string) =>
    send(server, '/api/auth/register', {
      method: 'POST',
      json: { email, password: NEW_PASSWORD },
      headers: from(ip),
    });
  const enter = (pending: Record<string, string>, code: string, ip: string) =>
    send(server, '/api/auth/verify-email', { method: 'POST', json: { code }, cookies: pending, headers: from(ip) });

  it('bring five mails an hour; more get the same answer and none, and a newcomer’s code from before works', async () => {
    const email = 'newcomer-1@people.test';
    const mine = await register(email, OFFICE);
    const code = await mailedCode(server, email);
    for (let n = 0; n < 5; n += 1) expect((await register(`newcomer-1+${n}@people.test`, STRANGER)).status).toBe(202);
    const over = await register(email, STRANGER);
    expect([over.status, over.json()]).toEqual([202, { status: 'verification_sent' }]);
    expect(over.cookies[COOKIE.pending]).toHaveLength((mine.cookies[COOKIE.pending] ?? '').length);
    const mails = [email, ...[0, 1, 2, 3, 4].map((n) => `newcomer-1+${n}@people.test`)];
    const sent = await Promise.all(mails.map((to) => mailsTo(server, to)));
    expect(sent.flat()).toHaveLength(5);
    expect((await enter(only(mine.cookies, COOKIE.pending), code, OFFICE)).status).toBe(200);
  });

  it('with wrong codes leave the newcomer the first try of his own code', async () => {
    const email = 'newcomer-2@people.test';
    const strangers = only((await register(email, STRANGER)).cookies, COOKIE.pending);
    const theirs = await mailedCode(server, email);
    for (let guess = 0; guess < 26; guess += 1) await enter(strangers, otherThan(theirs, guess + 1), STRANGER);
    const tried = await db().rateLimit.findFirst({ where: { key: { startsWith: 'code:' } } });
    // Five tries of one ceremony, however often its cookie comes again.
    expect(tried?.failures).toBe(5);
    await db()
      .$executeRaw`UPDATE "RateLimit" SET failures = 30, "blockedUntil" = now() + interval '15 minutes' WHERE key LIKE 'code:%'`;
    const mine = only((await register(email, OFFICE)).cookies, COOKIE.pending);
    const code = await mailedCode(server, email, 2);
    expect((await enter(mine, code, OFFICE)).status).toBe(200);
  });

  it('are limited by network, where a wrong code counts too', async () => {
    const email = 'newcomer-3@people.test';
    const pending = only((await register(email, STRANGER)).cookies, COOKIE.pending);
    const code = await mailedCode(server, email);
    expect((await enter(pending, otherThan(code), STRANGER)).status).toBe(401);
    await db()
      .$executeRaw`UPDATE "RateLimit" SET failures = 100, "blockedUntil" = now() + interval '15 minutes' WHERE key LIKE 'address:%'`;
    expect(problemOf(await enter(pending, code, STRANGER))).toBe('429 too_many_attempts');
    expect(problemOf(await register('newcomer-4@people.test', STRANGER))).toBe('429 too_many_attempts');
    expect((await register('newcomer-4@people.test', OFFICE)).status).toBe(202);
    // Nothing was compared, so no try is lost.
    await db().$executeRaw`DELETE FROM "RateLimit"`;
    expect((await enter(pending, code, STRANGER)).status).toBe(200);
  });
});
