import { describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { accountBucket, factorBucket } from '@/lib/server/rate-limit/buckets';
import { budgeted } from '@/tests/support/database/statements';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';
import { protect } from '@/tests/support/factors';
import { ageProof, changeEmail } from '@/tests/support/http/account';
import { problemOf } from '@/tests/support/http/problems';
import { bearer, signInProgram } from '@/tests/support/http/programs';
import { atOnce, send } from '@/tests/support/http/requests';
import { type Authenticator, assertionOf, givePasskey, type Lies } from '@/tests/support/passkey';
import { type Cookies, createPerson, failInARow, PASSWORD, type Person, prepareSession } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });
const MFA = ['pwd', 'pop', 'mfa'];

type Offer = { ceremony: string; options: { challenge: string; allowCredentials: { id: string }[] } };

const call = (method: string, path: string, cookies: Cookies, json?: object) =>
  send(server, path, { method, cookies, ...(json === undefined ? {} : { json }) });
const sessionsOf = ({ id }: Person) => db().session.findMany({ where: { userId: id } });
const eventsOf = async ({ id }: Person) =>
  (await db().auditEvent.findMany({ where: { userId: id } })).map(({ type }) => type);
const signedBy = ({ ceremony, options }: Offer, passkey: Authenticator, lies: Lies = {}) => ({
  ceremony,
  assertion: assertionOf(passkey, options, lies),
});

/** Somebody with a password and a passkey. */
async function owner() {
  const person = await createPerson({ hasPassword: true });
  return { person, passkey: await givePasskey(person) };
}

const logIn = ({ email }: Person) =>
  send(server, '/api/auth/login', { method: 'POST', json: { email, password: PASSWORD } });
const halfway = async (person: Person) => (await logIn(person)).cookies;
const offerStep = async (cookies: Cookies) =>
  (await call('POST', '/api/auth/passkey/options', cookies, { for: 'second_factor' })).json() as Offer;
const finish = (cookies: Cookies, json: object) => call('POST', '/api/auth/login/mfa', cookies, json);

// Promise: What a passkey signs is taken once
describe('a passkey as second step', () => {
  it('finishes a sign-in whose password was right, names those of the person, and is cheap', async () => {
    const { person, passkey } = await owner();
    const begun = await logIn(person);
    expect(begun.json()).toMatchObject({ status: 'mfa_required', methods: ['passkey'] });
    const asked = await countStatements(databaseUrl, () =>
      call('POST', '/api/auth/passkey/options', begun.cookies, { for: 'second_factor' }),
    );
    expect(budgeted(asked.statements)).toBeLessThanOrEqual(1);
    const offer = asked.result.json() as Offer;
    expect(offer.options.allowCredentials.map(({ id }) => id)).toEqual([passkey.id]);
    const done = await countStatements(databaseUrl, () => finish(begun.cookies, signedBy(offer, passkey)));
    expect(done.result.json()).toMatchObject({ user: { id: person.id } });
    expect(budgeted(done.statements)).toBeLessThanOrEqual(6);
    expect((await sessionsOf(person))[0]?.amr).toEqual(MFA);
  });

  it('is one session of sixteen requests at once, and no more afterwards', async () => {
    const { person, passkey } = await owner();
    const cookies = await halfway(person);
    const body = signedBy(await offerStep(cookies), passkey);
    const answers = await atOnce(16, () => finish(cookies, body));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(problemOf(await finish(cookies, body))).toBe('401 invalid_passkey');
    expect(problemOf(await finish(await halfway(person), body))).toBe('401 invalid_passkey');
    expect(await sessionsOf(person)).toHaveLength(1);
  });

  it('is refused where it is somebody else’s, was asked for by somebody else or for something else, or is wrong', async () => {
    const { person, passkey } = await owner();
    const { person: stranger, passkey: foreign } = await owner();
    const [own, theirs] = [await halfway(person), await halfway(stranger)];
    const signIn = (await call('POST', '/api/auth/passkey/options', {}, { for: 'sign_in' })).json() as Offer;
    const session = await prepareSession(person, true, MFA);
    const stepUp = (await call('POST', '/api/auth/step-up/options', session.cookies)).json() as Offer;
    const bodies: Record<string, object> = {
      'a key of somebody else': signedBy(await offerStep(own), foreign),
      'a ceremony of somebody else': signedBy(await offerStep(theirs), passkey),
      'a ceremony of a sign-in': signedBy(signIn, passkey),
      'a ceremony of a step-up': signedBy(stepUp, passkey),
      'nobody verified': signedBy(await offerStep(own), passkey, { isVerified: false }),
    };
    for (const [name, body] of Object.entries(bodies)) {
      expect(problemOf(await finish(own, body)), name).toBe('401 invalid_passkey');
    }
    expect(problemOf(await finish({}, signedBy(await offerStep(own), passkey)))).toBe('401 invalid_passkey');
    expect(problemOf(await call('POST', '/api/auth/passkey/options', {}, { for: 'second_factor' }))).toBe(
      '401 invalid_code',
    );
    expect(await sessionsOf(person)).toHaveLength(1);
    expect(await eventsOf(person)).toContain('second_factor_failed');
    expect(problemOf(await finish(own, { ...signedBy(await offerStep(own), passkey), code: '123456' }))).toBe(
      '422 validation_failed',
    );
    const { assertion } = signedBy(await offerStep(own), passkey);
    expect(problemOf(await finish(own, { assertion, code: '123456' }))).toBe('422 validation_failed');
  });

  it('is void once the password is another one', async () => {
    const { person, passkey } = await owner();
    const cookies = await halfway(person);
    const body = signedBy(await offerStep(cookies), passkey);
    await db().password.update({ where: { userId: person.id }, data: { changedAt: new Date() } });
    expect(problemOf(await finish(cookies, body))).toBe('401 invalid_passkey');
    expect(await sessionsOf(person)).toEqual([]);
  });

  it('needs no mailed code and waits for no guesses, where codes do both', async () => {
    const { person, passkey } = await owner();
    await protect(person);
    await failInARow(await accountBucket(person.email));
    const guessed = await logIn(person);
    expect(guessed.json()).toMatchObject({ methods: ['passkey', 'totp', 'recovery', 'mail'] });
    const { key } = await factorBucket(person.id, null);
    const blockedUntil = new Date(Date.now() + 900_000);
    const row = { failures: 50, blockedUntil, expiresAt: blockedUntil };
    await db().rateLimit.create({ data: { key, ...row } });
    const offer = await offerStep(guessed.cookies);
    expect(problemOf(await finish(guessed.cookies, { code: '123456', mailCode: '123456' }))).toBe(
      '429 too_many_attempts',
    );
    expect((await finish(guessed.cookies, signedBy(offer, passkey))).status).toBe(200);
    expect(await db().rateLimit.count({ where: { key } })).toBe(0);
  });
});

describe('a passkey as a proof before a change', () => {
  const offerStepUp = async (cookies: Cookies) =>
    (await call('POST', '/api/auth/step-up/options', cookies)).json() as Offer;
  const prove = (cookies: Cookies, json: object) => call('POST', '/api/auth/step-up', cookies, json);

  it('is taken for the session that asked, makes it recent, and is cheap', async () => {
    const { person, passkey } = await owner();
    const session = await prepareSession(person, true, ['pwd']);
    expect(problemOf(await changeEmail(server, session.cookies, 'a@people.test'))).toBe('403 step_up_required');
    expect(problemOf(await prove(session.cookies, { password: PASSWORD }))).toBe('403 factor_required');
    const asked = await countStatements(databaseUrl, () => call('POST', '/api/auth/step-up/options', session.cookies));
    expect(budgeted(asked.statements)).toBeLessThanOrEqual(1);
    const offer = asked.result.json() as Offer;
    expect(offer.options.allowCredentials.map(({ id }) => id)).toEqual([passkey.id]);
    const { result, statements } = await countStatements(databaseUrl, () =>
      prove(session.cookies, signedBy(offer, passkey)),
    );
    expect(result.status, result.text).toBe(200);
    expect(budgeted(statements)).toBeLessThanOrEqual(6);
    expect((await changeEmail(server, result.cookies, 'b@people.test')).status).toBe(202);
    const live = await db().session.findFirstOrThrow({ where: { userId: person.id, endedAt: null } });
    expect(live.amr).toEqual(MFA);
    expect(await eventsOf(person)).toContain('stepped_up');
  });

  it('is one of sixteen at once, and belongs to that person, session and purpose', async () => {
    const { person, passkey } = await owner();
    const { person: stranger, passkey: foreign } = await owner();
    const session = await prepareSession(person, true, MFA);
    const elsewhere = await prepareSession(person, true, MFA);
    const theirs = await prepareSession(stranger, true, MFA);
    await ageProof(session.id);
    const signIn = (await call('POST', '/api/auth/passkey/options', {}, { for: 'sign_in' })).json() as Offer;
    const bodies: Record<string, object> = {
      'a key of somebody else': signedBy(await offerStepUp(session.cookies), foreign),
      'a ceremony of somebody else': signedBy(await offerStepUp(theirs.cookies), passkey),
      'a ceremony of another session': signedBy(await offerStepUp(elsewhere.cookies), passkey),
      'a ceremony of a sign-in': signedBy(signIn, passkey),
      'a damaged signature': signedBy(await offerStepUp(session.cookies), passkey, { isSignatureDamaged: true }),
    };
    for (const [name, body] of Object.entries(bodies)) {
      expect(problemOf(await prove(session.cookies, body)), name).toBe('401 invalid_passkey');
    }
    expect(await eventsOf(person)).toContain('step_up_failed');
    const good = signedBy(await offerStepUp(session.cookies), passkey);
    expect(problemOf(await prove(session.cookies, { ...good, password: PASSWORD }))).toBe('422 validation_failed');
    const answers = await atOnce(16, () => prove(session.cookies, good));
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    expect(problemOf(await prove(won[0]?.cookies ?? {}, good))).toBe('401 invalid_passkey');
  });

  it('is nothing that a program gives, nor somebody who is not signed in', async () => {
    const { tokens } = await signInProgram(server);
    const asked = await send(server, '/api/auth/step-up/options', { method: 'POST', ...bearer(tokens.access_token) });
    expect(problemOf(asked)).toBe('403 forbidden');
    expect(problemOf(await call('POST', '/api/auth/step-up/options', {}))).toBe('401 unauthenticated');
  });
});
