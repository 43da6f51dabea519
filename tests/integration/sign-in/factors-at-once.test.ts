import { PrismaPg } from '@prisma/adapter-pg';
import { afterAll, describe, expect, it } from 'vitest';
import { newId } from '@/lib/core/encoding';
import { amrOf } from '@/lib/core/factors/proof';
import { hashRecoveryCode, readRecoveryCode } from '@/lib/core/factors/recovery-code';
import { db } from '@/lib/server/database/client';
import { poolConfig } from '@/lib/server/database/connection';
import { PrismaClient } from '@/lib/server/database/generated/prisma/client';
import { type Spending, spendPasskey, spendRecoveryCode, spendTotp } from '@/lib/server/factors/spending';
import { randomBytes } from '@/lib/server/keys/random';
import { factorBucket } from '@/lib/server/rate-limit/buckets';
import { LIMITS } from '@/lib/server/rate-limit/limits';
import { beginSession } from '@/lib/server/sessions/start';
import { newKnownDevice } from '@/lib/server/sign-in/known-device';
import { startAfterReset } from '@/lib/server/sign-in/start-after-reset';
import { stepEntry } from '@/lib/server/sign-in/step-entry';
import { useDatabase } from '@/tests/support/database/use-database';
import { beginReset, codeOf, createProtected, halfSignIn, type Protected, protect } from '@/tests/support/factors';
import { problemOf } from '@/tests/support/http/problems';
import { type Answer, atOnce, inTurns, send } from '@/tests/support/http/requests';
import { assertionOf, givePasskey } from '@/tests/support/passkey';
import { COOKIE, type Cookies, createPerson, lengthenWaits, PASSWORD, type Person } from '@/tests/support/people';
import { proved, roundsOf } from '@/tests/support/proof';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const env = { TRUSTED_PROXY_HOPS: '1' };
const servers = [await useServer({ databaseUrl, env }), await useServer({ databaseUrl, env })] as const;
/** A second pool of connections, as another process would have one. */
const elsewhere = new PrismaClient({ adapter: new PrismaPg(poolConfig(databaseUrl, 8)) });
afterAll(() => elsewhere.$disconnect());

const ROUNDS = roundsOf(100);
/** Of what is a whole transaction each. */
const RESET_ROUNDS = roundsOf(30);
const FACTS = { userAgent: null, device: null, ip: null };

const sessionsOf = ({ id: userId }: Person) => db().session.count({ where: { userId } });
const unfinished = (jtis: readonly string[]) =>
  db().ceremony.count({ where: { id: { in: [...jtis] }, consumedAt: null, expiresAt: { gt: new Date() } } });
const post = (n: number, path: string, json: object, cookies: Cookies = {}, ip: string | null = null) =>
  send(servers[n % 2 === 0 ? 0 : 1], path, { method: 'POST', json, cookies, headers: { 'x-forwarded-for': ip } });
const finish = (n: number, cookies: Cookies, json: object, ip: string | null = null) =>
  post(n, '/api/auth/login/mfa', json, cookies, ip);
const offerOf = async (body: object, cookies: Cookies = {}) =>
  (await post(0, '/api/auth/passkey/options', body, cookies)).json() as {
    ceremony: string;
    options: { challenge: string };
  };

/** One of them is let in, and all others have the same refusal. */
function expectOneOf(answers: readonly Answer[], refusal: string): void {
  const refused = answers.filter(({ status }) => status !== 200);
  expect(answers.length - refused.length).toBe(1);
  expect(refused.map(problemOf)).toEqual(refused.map(() => refusal));
}

// Promise: A password alone signs nobody in who has a second factor
describe('16 at once, on two servers of one database', () => {
  // Each of another browser that the account knows, so that none of them waits for what the others failed.
  const halfway = (owner: Person) => atOnce(16, (n) => halfSignIn(owner, `device ${n}`));

  it('with a code of the app are one session, and the others may go on with the next code', async () => {
    const owner = await createProtected();
    const halves = await halfway(owner);
    const code = codeOf(owner.key);
    const answers = await atOnce(16, (n) => finish(n, halves[n]?.cookies ?? {}, { code }));
    expectOneOf(answers, '401 invalid_code');
    expect([await sessionsOf(owner), await unfinished(halves.map(({ jti }) => jti))]).toEqual([1, 15]);
    const [, other] = answers.map(({ status }, n) => ({ status, n })).filter(({ status }) => status === 401);
    const later = await finish(1, halves[other?.n ?? 0]?.cookies ?? {}, { code: codeOf(owner.key, 1) });
    expect([later.status, await sessionsOf(owner)]).toEqual([200, 2]);
  });

  it('with a recovery code are one session', async () => {
    const owner = await createProtected();
    const halves = await halfway(owner);
    const code = owner.codes[0];
    expectOneOf(await atOnce(16, (n) => finish(n, halves[n]?.cookies ?? {}, { code })), '401 invalid_code');
    expect([await sessionsOf(owner), await unfinished(halves.map(({ jti }) => jti))]).toEqual([1, 15]);
  });

  it('with what a passkey signed, alone and as second step, are one session each', async () => {
    const owner = await createPerson({ hasPassword: true });
    const passkey = await givePasskey(owner);
    const alone = await offerOf({ for: 'sign_in' });
    const signed = { ceremony: alone.ceremony, assertion: assertionOf(passkey, alone.options) };
    expectOneOf(await atOnce(16, (n) => post(n, '/api/auth/passkey', signed)), '401 invalid_passkey');
    expect(await sessionsOf(owner)).toBe(1);

    const halves = await halfway(owner);
    const step = await offerOf({ for: 'second_factor' }, halves[0]?.cookies);
    const body = { ceremony: step.ceremony, assertion: assertionOf(passkey, step.options) };
    const answers = await atOnce(16, (n) => finish(n, halves[n]?.cookies ?? {}, body));
    expectOneOf(answers, '401 invalid_passkey');
    expect([await sessionsOf(owner), await unfinished(halves.map(({ jti }) => jti))]).toEqual([2, 15]);
  });

  it('with the right password take the factors away once where a reset is due, and then nobody is asked for one', async () => {
    const owner = await createProtected();
    await beginReset(owner, 'due');
    const json = { email: owner.email, password: PASSWORD };
    const answers = await atOnce(16, (n) => post(n, '/api/auth/login', json));
    for (const answer of answers) expect(answer.json()).toMatchObject({ user: { id: owner.id } });
    const sessions = await db().session.findMany({ where: { userId: owner.id } });
    expect(new Set(sessions.map(({ amr }) => amr.join()))).toEqual(new Set(['pwd']));
    expect(sessions.filter(({ endedAt }) => endedAt === null)).toHaveLength(16);
    expect(await db().auditEvent.count({ where: { userId: owner.id, type: 'factors_reset' } })).toBe(1);
  });
});

// Promise: What is good once has one success of sixteen at once
describe(`16 at once, ${ROUNDS} rounds over two pools: one session each, and nobody blocks anybody`, () => {
  /** A round: each of the sixteen finishes a half sign-in of its own, or none where the proof came without a password. */
  async function begun(owner: Person, spendings: readonly Spending[], jtis: readonly string[]): Promise<number> {
    const start = {
      userId: owner.id,
      kind: 'browser',
      remember: true,
      facts: FACTS,
      broughtRefreshToken: null,
    } as const;
    const sessions = await atOnce(16, (n) => {
      const spending = spendings[n % spendings.length] ?? null;
      const entry = stepEntry(jtis[n] ?? null, spending);
      return beginSession({ ...start, amr: amrOf('password'), entry }, n % 2 === 0 ? db() : elsewhere);
    });
    return sessions.filter((session) => session !== null).length;
  }

  async function openSteps(): Promise<string[]> {
    const jtis = Array.from({ length: 16 }, () => newId(randomBytes));
    const expiresAt = new Date(Date.now() + 600_000);
    await db().ceremony.createMany({ data: jtis.map((id) => ({ id, purpose: 'second-factor', expiresAt })) });
    return jtis;
  }

  it('a code of an authenticator app', async () => {
    const owner = await createProtected();
    for (let round = 1; round <= ROUNDS; round += 1) {
      const jtis = await openSteps();
      const successes = await begun(owner, [spendTotp(round, FACTS)], jtis);
      expect([successes, await sessionsOf(owner), await unfinished(jtis)]).toEqual([1, round, 15]);
    }
    proved({ what: 'a code of an authenticator app, 16 uses at once', tried: ROUNDS, held: await sessionsOf(owner) });
  });

  it('a recovery code', async () => {
    const owner = await createProtected();
    for (let round = 1; round <= ROUNDS; round += 1) {
      const [jtis, code] = [await openSteps(), owner.codes[round % 10] ?? ''];
      const hash = await hashRecoveryCode(owner.id, readRecoveryCode(code) ?? '');
      const successes = await begun(owner, [await spendRecoveryCode(hash, 9, FACTS)], jtis);
      expect([successes, await sessionsOf(owner), await unfinished(jtis)]).toEqual([1, round, 15]);
      if (round % 10 === 0) await db().recoveryCode.updateMany({ data: { usedAt: null } });
    }
    proved({ what: 'a recovery code, 16 uses at once', tried: ROUNDS, held: await sessionsOf(owner) });
  });

  it.each([
    ['what a synced passkey signed, which does not count', {}],
    ['sixteen signatures of copies of a key that counts', { isDeviceBound: true }],
  ] as const)('%s', async (what, kind) => {
    const owner = await createPerson();
    await givePasskey(owner, kind);
    const { id, backedUp } = await db().passkey.findFirstOrThrow({ where: { userId: owner.id } });
    const isCounting = 'isDeviceBound' in kind;
    for (let round = 1; round <= ROUNDS; round += 1) {
      const use = { id, backedUp, counter: isCounting ? round : 0 };
      const ceremonies = Array.from({ length: isCounting ? 16 : 1 }, () => ({
        purpose: 'passkey-sign-in' as const,
        jti: newId(randomBytes),
        exp: Math.floor(Date.now() / 1_000) + 600,
        challenge: '',
        handle: null,
      }));
      const spendings = ceremonies.map((ceremony) => spendPasskey(ceremony, use, FACTS));
      expect([await begun(owner, spendings, []), await sessionsOf(owner)]).toEqual([1, round]);
    }
    proved({ what: `${what}, at once`, tried: ROUNDS, held: await sessionsOf(owner) });
  });

  it(`a reset of second factors that is due, ${RESET_ROUNDS} rounds`, async () => {
    let owner: Protected = await createProtected();
    const { changedAt } = await db().password.findUniqueOrThrow({ where: { userId: owner.id } });
    const start = {
      userId: owner.id,
      remember: true,
      passwordSince: changedAt,
      facts: FACTS,
      broughtRefreshToken: null,
    };
    for (let round = 1; round <= RESET_ROUNDS; round += 1) {
      await beginReset(owner, 'due');
      const done = await atOnce(16, () => startAfterReset(start));
      expect(done.filter((one) => one !== null)).toHaveLength(1);
      const factors = await db().totp.count({ where: { userId: owner.id } });
      const live = await db().session.count({ where: { userId: owner.id, endedAt: null } });
      expect([factors, live, await sessionsOf(owner)]).toEqual([0, 1, round]);
      owner = await protect(owner);
    }
    const resets = await db().auditEvent.count({ where: { userId: owner.id, type: 'factors_reset' } });
    expect(resets).toBe(RESET_ROUNDS);
    proved({ what: 'a reset of second factors that is due, 16 sign-ins at once', tried: RESET_ROUNDS, held: resets });
  });
});

describe('500 guesses at the second step, from 50 addresses in 20 sign-ins on two servers', () => {
  it('are compared as often as the policy says, and the owner gets in on a known device and by passkey', async () => {
    const owner = await createProtected();
    const passkey = await givePasskey(owner);
    const halves = await atOnce(20, () => halfSignIn(owner));
    const near = [-3, -2, -1, 0, 1, 2, 3].map((steps) => codeOf(owner.key, steps));
    const startedAt = performance.now();
    const answers = await inTurns(500, 32, (n) => {
      const code = [n, n + 500, n + 1_000]
        .map((one) => String(one).padStart(6, '0'))
        .find((one) => !near.includes(one));
      return finish(n, halves[n % 20]?.cookies ?? {}, { code }, `198.51.100.${n % 50}`);
    });
    const seconds = (performance.now() - startedAt) / 1_000;
    // After the fifth they wait for a second, then for two, four and so on.
    const allowed = LIMITS.factor.threshold + Math.floor(Math.log2(seconds + 1));
    const compared = answers.map(problemOf).filter((problem) => problem !== '429 too_many_attempts');
    expect(new Set(compared)).toEqual(new Set(['401 invalid_code']));
    expect(compared.length).toBeGreaterThanOrEqual(LIMITS.factor.threshold);
    expect(compared.length).toBeLessThanOrEqual(allowed);
    const { key } = await factorBucket(owner.id, null);
    expect((await db().rateLimit.findUnique({ where: { key } }))?.failures).toBe(compared.length);
    expect(await sessionsOf(owner)).toBe(0);

    await lengthenWaits();
    const code = codeOf(owner.key);
    const half = halves[0]?.cookies ?? {};
    expect(problemOf(await finish(0, half, { code }, '203.0.113.7'))).toBe('429 too_many_attempts');
    const device = { [COOKIE.device]: await newKnownDevice(owner.email) };
    const json = { email: owner.email, password: PASSWORD };
    const begun = await post(0, '/api/auth/login', json, device, '203.0.113.7');
    expect((await finish(1, { ...device, ...begun.cookies }, { code }, '203.0.113.7')).status).toBe(200);
    expect(problemOf(await finish(0, half, { code: codeOf(owner.key, 1) }))).toBe('429 too_many_attempts');
    const { ceremony, options } = await offerOf({ for: 'sign_in' });
    const signed = { ceremony, assertion: assertionOf(passkey, options) };
    expect((await post(1, '/api/auth/passkey', signed, {}, '203.0.113.7')).status).toBe(200);
    expect(await sessionsOf(owner)).toBe(2);
  });
});
