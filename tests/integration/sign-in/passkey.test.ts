import { describe, expect, it } from 'vitest';
import { seal } from '@/lib/core/token/sealed-token';
import { db } from '@/lib/server/database/client';
import { sealKeys } from '@/lib/server/keys/data-keys';
import { accountBucket, factorBucket, networkBuckets } from '@/lib/server/rate-limit/buckets';
import { budgeted } from '@/tests/support/database/statements';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';
import { mailTo } from '@/tests/support/http/mailbox';
import { problemOf } from '@/tests/support/http/problems';
import { type Answer, atOnce, send, type Target } from '@/tests/support/http/requests';
import { type Authenticator, assertionOf, givePasskey, type Lies, newAuthenticator } from '@/tests/support/passkey';
import {
  COOKIE,
  type Cookies,
  createPerson,
  failInARow,
  only,
  PASSWORD,
  type Person,
  prepareSession,
} from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl, env: { TRUSTED_PROXY_HOPS: '1' } });
/** Without a name, as an instance on a local network may be. */
const NUMBERED = 'http://127.0.0.1:3000';
const numbered = { ...(await useServer({ databaseUrl, env: { APP_ORIGIN: NUMBERED } })), origin: NUMBERED };

type Offer = { ceremony: string; options: { challenge: string; rpId: string; allowCredentials: { id: string }[] } };

const post = (path: string, json: unknown, cookies: Cookies = {}, target: Target = server, ip = '192.0.2.1') =>
  send(target, path, { method: 'POST', json, cookies, headers: { 'x-forwarded-for': ip } });
const offer = async () => (await post('/api/auth/passkey/options', { for: 'sign_in' })).json() as Offer;
const signIn = (json: object, cookies: Cookies = {}) => post('/api/auth/passkey', json, cookies);
const statusOf = async (cookies: Cookies) => (await send(server, '/api/auth/session', { cookies })).status;
const sessionsOf = ({ id }: Person) => db().session.findMany({ where: { userId: id } });
const eventsOf = async ({ id }: Person) =>
  (await db().auditEvent.findMany({ where: { userId: id } })).map(({ type }) => type);
const passkeyOf = ({ id }: Person) => db().passkey.findFirstOrThrow({ where: { userId: id } });

async function tryPasskey(passkey: Authenticator, lies: Lies = {}): Promise<Answer> {
  const { ceremony, options } = await offer();
  return signIn({ ceremony, assertion: assertionOf(passkey, options, lies) });
}

async function owner(kind?: Parameters<typeof givePasskey>[1]) {
  const person = await createPerson();
  return { person, passkey: await givePasskey(person, kind) };
}

// Promise: A passkey signs in by itself
describe('a sign-in by passkey', () => {
  it('needs nothing else, counts as two factors, takes the place of the session before, and is cheap', async () => {
    const { person, passkey } = await owner();
    const brought = await prepareSession(await createPerson());
    const asked = await countStatements(databaseUrl, () => post('/api/auth/passkey/options', { for: 'sign_in' }));
    expect(budgeted(asked.statements)).toBe(0);
    const { ceremony, options } = asked.result.json() as Offer;
    expect(options).toMatchObject({ rpId: 'localhost', userVerification: 'required', allowCredentials: [] });
    const assertion = assertionOf(passkey, options);
    const { result, statements } = await countStatements(databaseUrl, () =>
      signIn({ ceremony, assertion, remember: true }, brought.cookies),
    );
    expect(result.json()).toMatchObject({ user: { id: person.id }, accessTokenExpiresAt: expect.any(String) });
    expect(budgeted(statements)).toBeLessThanOrEqual(4);
    expect([await statusOf(result.cookies), await statusOf(brought.cookies)]).toEqual([200, 401]);
    const [session] = await sessionsOf(person);
    expect(session).toMatchObject({ amr: ['pop', 'mfa'], remember: true });
    expect((await passkeyOf(person)).lastUsedAt).not.toBeNull();
    expect((await mailTo(server, person.email, { pattern: /new device|signed in/i })).text).toContain('It was not me');
  });

  it('on a device that the account knows sends no mail, and forgets what strangers failed there', async () => {
    const { person, passkey } = await owner();
    const first = await tryPasskey(passkey);
    const device = only(first.cookies, COOKIE.device);
    await mailTo(server, person.email, { pattern: /It was not me/ });
    const before = await db().outbox.count();
    for (const bucket of [await accountBucket(person.email), await factorBucket(person.id, null)]) {
      await failInARow(bucket, 7);
    }
    const { ceremony, options } = await offer();
    const again = await signIn({ ceremony, assertion: assertionOf(passkey, options) }, device);
    expect(again.status).toBe(200);
    expect(await db().outbox.count()).toBe(before);
    // What strangers fail is theirs while the device is known.
    expect(await db().rateLimit.count({ where: { key: (await accountBucket(person.email)).key } })).toBe(1);
    expect((await tryPasskey(passkey)).status).toBe(200);
    expect(await db().rateLimit.count({ where: { key: (await accountBucket(person.email)).key } })).toBe(0);
    expect(await db().rateLimit.count({ where: { key: (await factorBucket(person.id, null)).key } })).toBe(0);
  });

  it('works with Ed25519, with a key of one device that counts, and where the platform names no user', async () => {
    for (const kind of [{ algorithm: 'EdDSA' }, { isDeviceBound: true }] as const) {
      const { person, passkey } = await owner(kind);
      expect((await tryPasskey(passkey)).status).toBe(200);
      expect((await tryPasskey(passkey, { userHandle: null })).status).toBe(200);
      expect(await sessionsOf(person)).toHaveLength(2);
    }
  });

  it('ends a reset of factors that an admin began: whoever has a passkey has not lost it', async () => {
    const { person, passkey } = await owner();
    const times = { notBefore: new Date(), expiresAt: new Date(Date.now() + 60_000) };
    await db().factorReset.create({ data: { userId: person.id, reason: 'lost', ...times } });
    expect((await tryPasskey(passkey)).status).toBe(200);
    expect(await db().factorReset.count({ where: { userId: person.id } })).toBe(0);
    expect(await eventsOf(person)).toContain('factor_reset_cancelled');
  });

  it('takes note of whether the passkey is synced, which may change', async () => {
    const { person, passkey } = await owner();
    expect((await tryPasskey(passkey, { isBackedUp: false })).status).toBe(200);
    expect((await passkeyOf(person)).backedUp).toBe(false);
    expect((await tryPasskey(passkey)).status).toBe(200);
    expect((await passkeyOf(person)).backedUp).toBe(true);
  });
});

// Promise: What a passkey signs is taken once
describe('an answer of a passkey', () => {
  it.each([{}, { isDeviceBound: true }])('is one session of sixteen requests at once: %j', async (kind) => {
    const { person, passkey } = await owner(kind);
    const { ceremony, options } = await offer();
    const assertion = assertionOf(passkey, options);
    const answers = await atOnce(16, () => signIn({ ceremony, assertion }));
    const won = answers.filter(({ status }) => status === 200);
    expect([won.length, (await sessionsOf(person)).length]).toEqual([1, 1]);
    for (const answer of answers.filter((one) => !won.includes(one))) {
      expect(problemOf(answer)).toBe('401 invalid_passkey');
    }
    expect(problemOf(await signIn({ ceremony, assertion }))).toBe('401 invalid_passkey');
    expect(await sessionsOf(person)).toHaveLength(1);
  });

  it('of a device-bound key is one of two that count the same', async () => {
    const { person, passkey } = await owner({ isDeviceBound: true });
    const offers = [await offer(), await offer(), await offer(), await offer()];
    const bodies = offers.map(({ ceremony, options }) => ({
      ceremony,
      assertion: assertionOf(passkey, options, { counter: 7 }),
    }));
    const answers = await Promise.all(bodies.map((body) => signIn(body)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await sessionsOf(person)).toHaveLength(1);
  });

  it.each<readonly [string, Lies]>([
    ['another origin', { origin: 'https://evil.test' }],
    ['another port of the same host', { origin: 'http://localhost:3001' }],
    ['another relying party', { rpId: 'evil.test' }],
    ['a challenge of its own', { challenge: 'A'.repeat(43) }],
    ['the type of a new passkey', { type: 'webauthn.create' }],
    ['nobody there', { isPresent: false }],
    ['nobody verified', { isVerified: false }],
    ['neither', { isPresent: false, isVerified: false }],
    ['a damaged signature', { isSignatureDamaged: true }],
    ['a frame of another site', { client: { crossOrigin: true } }],
    ['a frame of another site that it names', { client: { crossOrigin: true, topOrigin: 'https://evil.test' } }],
    ['a top page alone', { client: { topOrigin: 'https://evil.test' } }],
    ['a frame in a spelling of its own', { client: { crossOrigin: 'true' } }],
    ['another user', { userHandle: 'A'.repeat(43) }],
    ['a key of one device that was one of many', { isBackupEligible: false }],
    ['a copy that cannot be', { isBackupEligible: false, isBackedUp: true }],
  ])('with %s is refused, and begins nothing', async (_what, lies) => {
    const { person, passkey } = await owner();
    expect(problemOf(await tryPasskey(passkey, lies))).toBe('401 invalid_passkey');
    expect(await sessionsOf(person)).toEqual([]);
    expect(await eventsOf(person)).toEqual(['passkey_failed']);
  });

  it('of a key that became one of many is refused too', async () => {
    const { person, passkey } = await owner({ isDeviceBound: true });
    expect(problemOf(await tryPasskey(passkey, { isBackupEligible: true }))).toBe('401 invalid_passkey');
    expect(await sessionsOf(person)).toEqual([]);
  });

  it('whose counter went back is refused where the key lives in one device, and told to the owner', async () => {
    const { person, passkey } = await owner({ isDeviceBound: true });
    expect((await tryPasskey(passkey, { counter: 5 })).status).toBe(200);
    for (const counter of [5, 4, 0]) {
      expect(problemOf(await tryPasskey(passkey, { counter })), `${counter}`).toBe('401 invalid_passkey');
    }
    expect(await eventsOf(person)).toContain('passkey_counter_back');
    expect((await tryPasskey(passkey, { counter: 6 })).status).toBe(200);
    const { person: other, passkey: synced } = await owner();
    for (const counter of [5, 4, 0]) expect((await tryPasskey(synced, { counter })).status).toBe(200);
    expect(await eventsOf(other)).not.toContain('passkey_counter_back');
  });

  it('is one that we can find: a stranger’s key is unknown, and only where nobody has it', async () => {
    const { person, passkey } = await owner();
    const stranger = newAuthenticator();
    expect(problemOf(await tryPasskey(stranger))).toBe('401 unknown_passkey');
    // Under the name of somebody else's key its own signature is wrong.
    expect(problemOf(await tryPasskey(stranger, { id: passkey.id }))).toBe('401 invalid_passkey');
    const { options } = await offer();
    const lost = { ceremony: 'x', assertion: assertionOf(stranger, options) };
    expect(problemOf(await signIn(lost))).toBe('401 invalid_passkey');
    await db().user.update({ where: { id: person.id }, data: { disabledAt: new Date() } });
    expect(problemOf(await tryPasskey(passkey))).toBe('401 invalid_passkey');
    await db().passkey.deleteMany({ where: { userId: person.id } });
    expect(problemOf(await tryPasskey(passkey))).toBe('401 unknown_passkey');
    expect(await sessionsOf(person)).toEqual([]);
  });

  it('is refused where its key is of an algorithm that is not asked for', async () => {
    const { person, passkey } = await owner({ algorithm: 'ES384' });
    expect(problemOf(await tryPasskey(passkey))).toBe('401 invalid_passkey');
    expect(await sessionsOf(person)).toEqual([]);
  });

  it('belongs to the ceremony that asked: not to one of another purpose, to one that is over, or to none of ours', async () => {
    const { person, passkey } = await owner();
    const { current } = await sealKeys();
    const challenge = 'C'.repeat(43);
    const content = (exp: number, sub: string | null = null) => ({
      jti: `ceremony-${exp}-${sub}`,
      exp,
      data: { sub, sid: null, challenge, handle: null },
    });
    const later = Math.floor(Date.now() / 1_000) + 300;
    const ceremonies = {
      other: await seal('passkey-second-factor', content(later), current),
      stepUp: await seal('passkey-step-up', content(later), current),
      new: await seal('passkey-new', content(later), current),
      bound: await seal('passkey-sign-in', content(later, person.id), current),
      over: await seal('passkey-sign-in', content(later - 301), current),
      forged: await seal('passkey-sign-in', content(later), { ...current, bytes: new Uint8Array(32) }),
      none: '',
    };
    for (const [name, ceremony] of Object.entries(ceremonies)) {
      const answer = await signIn({ ceremony, assertion: assertionOf(passkey, { challenge }) });
      expect(problemOf(answer), name).toBe('401 invalid_passkey');
    }
    const good = await seal('passkey-sign-in', content(later), current);
    expect((await signIn({ ceremony: good, assertion: assertionOf(passkey, { challenge }) })).status).toBe(200);
  });

  it('has a shape, and a size', async () => {
    const { passkey } = await owner();
    const { ceremony, options } = await offer();
    const assertion = assertionOf(passkey, options);
    const { response } = assertion;
    for (const wrong of [
      {},
      { ...assertion, id: ['x'] },
      { ...assertion, id: 'A'.repeat(1_400) },
      { ...assertion, id: 'not base64url!' },
      { ...assertion, response: [] },
      { ...assertion, response: { ...response, signature: 7 } },
      { ...assertion, response: { ...response, signature: 'A'.repeat(2_000) } },
      { ...assertion, response: { ...response, clientDataJSON: 'A'.repeat(3_000) } },
      { ...assertion, response: { ...response, authenticatorData: '' } },
      { ...assertion, response: { ...response, userHandle: 'A'.repeat(100) } },
    ]) {
      expect(problemOf(await signIn({ ceremony, assertion: wrong })), JSON.stringify(wrong)).toBe(
        '422 validation_failed',
      );
    }
    const large = await signIn({ ceremony, assertion, more: 'x'.repeat(16_384) });
    expect(problemOf(large)).toBe('413 payload_too_large');
    const beside = await signIn({ ceremony, assertion: { ...assertion, more: 'x'.repeat(8_000) } });
    expect(beside.status).toBe(200);
  });
});

describe('failures', () => {
  it('are counted for the network, which shuts out its own for a while and nobody elsewhere', async () => {
    const { passkey } = await owner();
    const [bucket] = await networkBuckets('203.0.113.9');
    if (bucket === undefined) throw new Error('no bucket');
    await failInARow(bucket, 99);
    const attempt = async (ip: string, lies: Lies = {}) => {
      const { ceremony, options } = await offer();
      return post('/api/auth/passkey', { ceremony, assertion: assertionOf(passkey, options, lies) }, {}, server, ip);
    };
    expect((await attempt('203.0.113.9')).status).toBe(200);
    expect(problemOf(await attempt('203.0.113.9', { isVerified: false }))).toBe('401 invalid_passkey');
    expect(problemOf(await attempt('203.0.113.9'))).toBe('429 too_many_attempts');
    expect((await attempt('198.51.100.7')).status).toBe(200);
  });
});

describe('where the site is reached by an address', () => {
  it('there are no passkeys, and nobody is offered one', async () => {
    const asked = await post('/api/auth/passkey/options', { for: 'sign_in' }, {}, numbered);
    expect(problemOf(asked)).toBe('409 passkeys_unavailable');
    const { passkey } = await owner();
    const { ceremony, options } = await offer();
    const assertion = assertionOf(passkey, options, { origin: NUMBERED, rpId: '127.0.0.1' });
    const answer = await post('/api/auth/passkey', { ceremony, assertion }, {}, numbered);
    expect(problemOf(answer)).toBe('401 invalid_passkey');
    const { email } = await createPerson({ hasPassword: true });
    const signedIn = await post('/api/auth/login', { email, password: PASSWORD }, {}, numbered);
    expect(signedIn.status).toBe(200);
    expect(signedIn.cookies).not.toHaveProperty(COOKIE.invitation);
  });
});
