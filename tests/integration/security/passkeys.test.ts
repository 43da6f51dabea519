import { describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { accountBucket, factorBucket } from '@/lib/server/rate-limit/buckets';
import { budgeted } from '@/tests/support/database/statements';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';
import { codeOf, createProtected, protect } from '@/tests/support/factors';
import { ageProof, changeEmail } from '@/tests/support/http/account';
import { mailsTo, mailTo } from '@/tests/support/http/mailbox';
import { problemOf } from '@/tests/support/http/problems';
import { bearer, signInProgram } from '@/tests/support/http/programs';
import { atOnce, send } from '@/tests/support/http/requests';
import {
  type Authenticator,
  assertionOf,
  attestationOf,
  givePasskey,
  type Lies,
  list,
  map,
  newAuthenticator,
} from '@/tests/support/passkey';
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
    const failed = await db().auditEvent.findFirstOrThrow({
      where: { userId: person.id, type: 'second_factor_failed' },
    });
    expect(failed.details).toMatchObject({ method: 'passkey' });
    expect((await mailTo(server, person.email, { pattern: /right password/ })).text).toContain(
      'by a code or a passkey',
    );
    // Once a day, however many sign-ins are tried.
    const again = await halfway(person);
    const wrong = signedBy(await offerStep(again), passkey, { isVerified: false });
    for (let n = 0; n < 3; n += 1) expect(problemOf(await finish(again, wrong))).toBe('401 invalid_passkey');
    expect(await db().outbox.count({ where: { to: person.email } })).toBe(0);
    const told = (await mailsTo(server, person.email)).filter(({ text }) => text.includes('failed three times'));
    expect(told).toHaveLength(1);
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
    const failed = await db().auditEvent.findFirstOrThrow({ where: { userId: person.id, type: 'step_up_failed' } });
    expect(failed.details).toMatchObject({ method: 'passkey' });
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

type CreationOffer = {
  ceremony: string;
  options: {
    challenge: string;
    user: { id: string; name: string };
    excludeCredentials: { id: string }[];
    pubKeyCredParams: { alg: number }[];
  };
};
type Added = { passkey: { id: string; name: string }; recoveryCodes: string[] | null };

const offerNew = async (cookies: Cookies) =>
  (await call('POST', '/api/account/passkeys/options', cookies)).json() as CreationOffer;
const madeFor = ({ ceremony, options }: CreationOffer, passkey: Authenticator, lies: Lies = {}) => ({
  ceremony,
  attestation: attestationOf(passkey, options, lies),
});
const add = (cookies: Cookies, json: object) => call('POST', '/api/account/passkeys', cookies, json);
const overview = async (cookies: Cookies) => (await call('GET', '/api/account/security', cookies)).json();
const statusOf = async (cookies: Cookies) => (await send(server, '/api/auth/session', { cookies })).status;
const newSession = async () => prepareSession(await createPerson({ hasPassword: true }));
const passkeysOf = ({ id }: Person) => db().passkey.findMany({ where: { userId: id } });

async function signInBy(passkey: Authenticator) {
  const asked = await call('POST', '/api/auth/passkey/options', {}, { for: 'sign_in' });
  return call('POST', '/api/auth/passkey', {}, signedBy(asked.json() as Offer, passkey));
}

// Promise: A passkey is made by the person and session that asked
describe('making a passkey', () => {
  it('with the first one ends every other session, gives ten codes and a mail, and it signs in', async () => {
    const session = await newSession();
    const { person } = session;
    const elsewhere = await prepareSession(person);
    const asked = await countStatements(databaseUrl, () =>
      call('POST', '/api/account/passkeys/options', session.cookies),
    );
    expect(budgeted(asked.statements)).toBeLessThanOrEqual(2);
    const offer = asked.result.json() as CreationOffer;
    expect(offer.options).toMatchObject({
      rp: { id: 'localhost' },
      user: { name: person.email },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      excludeCredentials: [],
    });
    expect(offer.options.pubKeyCredParams.map(({ alg }) => alg)).toEqual([-8, -7, -257]);
    expect(offer.options.user.id).not.toContain(person.id);
    const passkey = newAuthenticator();
    const { result, statements } = await countStatements(databaseUrl, () =>
      add(session.cookies, { ...madeFor(offer, passkey), name: 'My phone' }),
    );
    expect(result.status, result.text).toBe(201);
    expect(budgeted(statements)).toBeLessThanOrEqual(4);
    const { passkey: listed, recoveryCodes } = result.json() as Added;
    const shown = { name: 'My phone', createdAt: expect.any(String), lastUsedAt: null, synced: true };
    expect(listed).toEqual({ id: expect.any(String), ...shown });
    expect(new Set(recoveryCodes)).toHaveProperty('size', 10);
    expect([await statusOf(session.cookies), await statusOf(elsewhere.cookies)]).toEqual([401, 401]);
    const live = await db().session.findFirstOrThrow({ where: { userId: person.id, endedAt: null } });
    expect(live.amr).toEqual(MFA);
    expect((await mailTo(server, person.email, { pattern: /A passkey was added/ })).text).toContain('It was not me');
    expect(await eventsOf(person)).toContain('passkey_added');
    const seen = await countStatements(databaseUrl, () => overview(result.cookies));
    expect(budgeted(seen.statements)).toBeLessThanOrEqual(2);
    expect(seen.result).toMatchObject({ passkeys: [listed], methods: ['passkey', 'recovery'], totp: null });
    expect((await signInBy(passkey)).status).toBe(200);
    expect(await overview(result.cookies)).toMatchObject({ passkeys: [{ lastUsedAt: expect.any(String) }] });
  });

  it('beside another factor ends nothing, gives no codes, has the handle of the others, and names them as known', async () => {
    const { person, passkey: first } = await owner();
    const session = await prepareSession(person, true, MFA);
    const elsewhere = await prepareSession(person, true, MFA);
    const offer = await offerNew(session.cookies);
    expect(offer.options.excludeCredentials.map(({ id }) => id)).toEqual([first.id]);
    expect(offer.options.user.id).toBe(first.handle);
    const passkey = newAuthenticator({ algorithm: 'EdDSA', isDeviceBound: true });
    const added = await add(session.cookies, madeFor(offer, passkey));
    expect(added.json()).toMatchObject({ passkey: { synced: false, name: 'Passkey' }, recoveryCodes: null });
    expect(await statusOf(elsewhere.cookies)).toBe(200);
    expect((await signInBy(passkey)).status).toBe(200);
    expect((await signInBy(first)).status).toBe(200);
  });

  it('wants a proof that is recent, and of a factor where there is one, and none of it once it was asked for', async () => {
    const session = await newSession();
    const offer = await offerNew(session.cookies);
    await ageProof(session.id);
    const path = '/api/account/passkeys/options';
    expect(problemOf(await call('POST', path, session.cookies))).toBe('403 step_up_required');
    expect((await add(session.cookies, madeFor(offer, newAuthenticator()))).status).toBe(201);
    const { person } = await owner();
    const weak = await prepareSession(person, true, ['pwd']);
    for (const enrolment of [path, '/api/account/totp']) {
      expect(problemOf(await call('POST', enrolment, weak.cookies)), enrolment).toBe('403 step_up_required');
    }
  });

  it('belongs to the person and session that asked, and happens once', async () => {
    const [session, stranger] = [await newSession(), await newSession()];
    const elsewhere = await prepareSession(session.person);
    const { person, passkey: known } = await owner();
    const theirs = await prepareSession(person, true, MFA);
    const asserted = (await call('POST', '/api/auth/step-up/options', theirs.cookies)).json() as CreationOffer;
    expect(problemOf(await add(theirs.cookies, madeFor(asserted, newAuthenticator())))).toBe('401 invalid_passkey');
    const offer = await offerNew(session.cookies);
    const passkey = newAuthenticator();
    const body = madeFor(offer, passkey);
    expect(problemOf(await add(stranger.cookies, body))).toBe('401 invalid_passkey');
    expect(problemOf(await add(elsewhere.cookies, body))).toBe('401 invalid_passkey');
    expect(problemOf(await add(session.cookies, { ...body, ceremony: 'x' }))).toBe('401 invalid_passkey');
    expect(problemOf(await add({}, body))).toBe('401 unauthenticated');
    const answers = await atOnce(16, () => add(session.cookies, body));
    const done = answers.filter(({ status }) => status === 201);
    expect([done.length, (await passkeysOf(session.person)).length]).toEqual([1, 1]);
    expect(problemOf(await add(done[0]?.cookies ?? {}, body))).toBe('401 invalid_passkey');
    expect(await db().recoveryCode.count({ where: { userId: session.person.id } })).toBe(10);
    // Somebody else's, whose id is no secret.
    const other = await offerNew(stranger.cookies);
    const copied = { ...newAuthenticator(), id: known.id };
    expect(problemOf(await add(stranger.cookies, madeFor(other, copied)))).toBe('409 passkey_exists');
    expect(await passkeysOf(stranger.person)).toEqual([]);
    expect((await signInBy(known)).status).toBe(200);
  });

  it('comes to one where two first ones are made at once for two handles', async () => {
    const session = await newSession();
    const offers = [await offerNew(session.cookies), await offerNew(session.cookies)];
    expect(offers[0]?.options.user.id).not.toBe(offers[1]?.options.user.id);
    const answers = await Promise.all(offers.map((offer) => add(session.cookies, madeFor(offer, newAuthenticator()))));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(await passkeysOf(session.person)).toHaveLength(1);
  });

  const ES384 = map([1, 2], [3, -35], [-1, 2], [-2, new Uint8Array(48)], [-3, new Uint8Array(48)]);
  const certified = map(['alg', -7], ['sig', new Uint8Array(70)], ['x5c', list(new Uint8Array(300))]);

  it.each<readonly [string, Lies]>([
    ['another origin', { origin: 'https://evil.test' }],
    ['another relying party', { rpId: 'evil.test' }],
    ['a challenge of its own', { challenge: 'A'.repeat(43) }],
    ['the type of a sign-in', { type: 'webauthn.get' }],
    ['nobody there', { isPresent: false }],
    ['nobody verified', { isVerified: false }],
    ['a frame of another site', { client: { crossOrigin: true } }],
    ['a frame of another site that it names', { client: { crossOrigin: true, topOrigin: 'https://evil.test' } }],
    ['a top page alone', { client: { topOrigin: 'https://evil.test' } }],
    ['a copy that cannot be', { isBackupEligible: false, isBackedUp: true }],
    ['an algorithm that was not asked for', { publicKey: ES384 }],
    ['a key that is none', { publicKey: new Uint8Array(0) }],
    ['the name of another key', { id: 'A'.repeat(43) }],
    ['certificates', { attestation: { format: 'packed', statement: certified } }],
    ['an attestation of one maker', { attestation: { format: 'apple', statement: certified } }],
    ['a signature of its own that is wrong', { selfSigned: 'wrongly' }],
    ['no signature where one is to be', { attestation: { format: 'packed', statement: map(['alg', -7]) } }],
    ['a statement where there is to be none', { attestation: { format: 'none', statement: certified } }],
  ])('with %s is refused, and nothing is stored', async (_what, lies) => {
    const session = await newSession();
    const body = madeFor(await offerNew(session.cookies), newAuthenticator(), lies);
    expect(problemOf(await add(session.cookies, body))).toBe('401 invalid_passkey');
    expect(await passkeysOf(session.person)).toEqual([]);
    expect(await statusOf(session.cookies)).toBe(200);
  });

  it.each(['ES256', 'EdDSA'] as const)(
    'with %s is taken where it signed its own attestation, as browsers may hand on, and is trusted no more for it',
    async (algorithm) => {
      const session = await newSession();
      const passkey = newAuthenticator({ algorithm });
      const body = madeFor(await offerNew(session.cookies), passkey, { selfSigned: 'rightly' });
      expect((await add(session.cookies, body)).status).toBe(201);
      const signedIn = await signInBy(passkey);
      expect(signedIn.status).toBe(200);
      const live = await db().session.findMany({ where: { userId: session.person.id, endedAt: null } });
      // `pop`, and never `hwk`.
      for (const { amr } of live) expect(amr).not.toContain('hwk');
      expect(live.map(({ amr }) => amr)).toContainEqual(['pop', 'mfa']);
    },
  );

  it('is refused for a credential id of more than 1,023 bytes, and works for one of as many', async () => {
    const session = await newSession();
    const offer = await offerNew(session.cookies);
    const ofBytes = (bytes: number) => ({ ...newAuthenticator(), id: Buffer.alloc(bytes, 7).toString('base64url') });
    expect(problemOf(await add(session.cookies, madeFor(offer, ofBytes(1_024))))).toBe('422 validation_failed');
    const named = madeFor(offer, ofBytes(1_024), { id: 'A'.repeat(43) });
    expect(problemOf(await add(session.cookies, named))).toBe('401 invalid_passkey');
    expect((await add(session.cookies, madeFor(offer, ofBytes(1_023)))).status).toBe(201);
  });

  it('stops at twenty-five for one person, and not for another', async () => {
    const { person, passkey } = await owner();
    for (let n = 1; n < 24; n += 1) await givePasskey(person);
    const session = await prepareSession(person, true, MFA);
    const [offer, late] = [await offerNew(session.cookies), await offerNew(session.cookies)];
    const last = await add(session.cookies, madeFor(offer, newAuthenticator()));
    expect(last.status).toBe(201);
    const path = '/api/account/passkeys/options';
    expect(problemOf(await call('POST', path, last.cookies))).toBe('409 too_many_passkeys');
    await givePasskey(person);
    const again = await prepareSession(person, true, MFA);
    expect(problemOf(await add(again.cookies, madeFor(late, newAuthenticator())))).toBe('401 invalid_passkey');
    expect((await signInBy(passkey)).status).toBe(200);
    const stranger = await newSession();
    expect((await call('POST', path, stranger.cookies)).status).toBe(200);
  });

  it('is nothing that a program does, and has a shape', async () => {
    const session = await newSession();
    const { tokens } = await signInProgram(server, session.person);
    const { person } = await owner();
    const [row] = await passkeysOf(person);
    for (const [method, path] of [
      ['POST', '/api/account/passkeys/options'],
      ['POST', '/api/account/passkeys'],
      ['PATCH', `/api/account/passkeys/${row?.id}`],
      ['DELETE', `/api/account/passkeys/${row?.id}`],
    ] as const) {
      const answer = await send(server, path, { method, ...bearer(tokens.access_token) });
      expect(problemOf(answer), path).toBe('403 forbidden');
    }
    const offer = await offerNew(session.cookies);
    const body = madeFor(offer, newAuthenticator());
    const { attestation } = body;
    for (const wrong of [
      { ...body, attestation: 7 },
      { ...body, name: '' },
      { ...body, name: 'x'.repeat(81) },
      { ...body, name: ['x'] },
      { ...body, attestation: { ...attestation, response: { ...attestation.response, transports: 'usb' } } },
      { ...body, attestation: { ...attestation, response: { ...attestation.response, attestationObject: '' } } },
    ]) {
      expect(problemOf(await add(session.cookies, wrong))).toBe('422 validation_failed');
    }
    expect((await add(session.cookies, { ...body, more: 'x'.repeat(16_384) })).status).toBe(413);
  });
});

describe('a passkey that a person has', () => {
  it('has the name that its owner gives it, and that nobody else does', async () => {
    const { person } = await owner();
    const [row] = await passkeysOf(person);
    const path = `/api/account/passkeys/${row?.id}`;
    const session = await prepareSession(person, true, MFA);
    await ageProof(session.id);
    const { result, statements } = await countStatements(databaseUrl, () =>
      call('PATCH', path, session.cookies, { name: ' Key on my ring ' }),
    );
    expect(result.json()).toMatchObject({ passkey: { id: row?.id, name: 'Key on my ring' } });
    expect(budgeted(statements)).toBeLessThanOrEqual(2);
    expect(await eventsOf(person)).toContain('passkey_renamed');
    const stranger = await newSession();
    expect(problemOf(await call('PATCH', path, stranger.cookies, { name: 'Mine' }))).toBe('404 not_found');
    expect((await passkeysOf(person))[0]?.name).toBe('Key on my ring');
    for (const name of ['', ' ', 'x'.repeat(81), 'a\u0000b', '\u200b', null, 7]) {
      expect(problemOf(await call('PATCH', path, session.cookies, { name }))).toBe('422 validation_failed');
    }
    const nowhere = '/api/account/passkeys/a%00b';
    expect([400, 404]).toContain((await call('PATCH', nowhere, session.cookies, { name: 'x' })).status);
  });

  it('is removed by its owner alone, with a factor, and with consent where it is the last', async () => {
    const { person, passkey } = await owner();
    const [row] = await passkeysOf(person);
    const path = `/api/account/passkeys/${row?.id}`;
    const session = await prepareSession(person, true, MFA);
    const elsewhere = await prepareSession(person, true, MFA);
    const stranger = await prepareSession((await owner()).person, true, MFA);
    expect(problemOf(await call('DELETE', `${path}?last=true`, stranger.cookies))).toBe('404 not_found');
    expect(problemOf(await call('DELETE', path, stranger.cookies))).toBe('404 not_found');
    const weak = await prepareSession(person, true, ['pwd']);
    expect(problemOf(await call('DELETE', `${path}?last=true`, weak.cookies))).toBe('403 step_up_required');
    expect(problemOf(await call('DELETE', path, session.cookies))).toBe('409 last_factor');
    expect(await passkeysOf(person)).toHaveLength(1);
    const { result, statements } = await countStatements(databaseUrl, () =>
      call('DELETE', `${path}?last=true`, session.cookies),
    );
    expect(result.status, result.text).toBe(204);
    expect(budgeted(statements)).toBeLessThanOrEqual(4);
    expect([await statusOf(elsewhere.cookies), await statusOf(result.cookies)]).toEqual([401, 200]);
    expect((await mailTo(server, person.email, { pattern: /was removed/ })).text).toContain('last second factor');
    expect(await eventsOf(person)).toContain('passkey_removed');
    expect(problemOf(await signInBy(passkey))).toBe('401 unknown_passkey');
    expect((await logIn(person)).json()).toMatchObject({ user: { id: person.id } });
    expect(problemOf(await call('DELETE', path, result.cookies))).toBe('404 not_found');
  });

  it('beside another factor goes without more ado, and the recovery codes stay', async () => {
    const person = await createProtected();
    await givePasskey(person);
    const [row] = await passkeysOf(person);
    const session = await prepareSession(person, true, MFA);
    const removed = await call('DELETE', `/api/account/passkeys/${row?.id}`, session.cookies);
    expect(removed.status, removed.text).toBe(204);
    expect(await db().recoveryCode.count({ where: { userId: person.id } })).toBe(10);
    const step = await finish(await halfway(person), { code: codeOf(person.key) });
    expect(step.status).toBe(200);
  });
});

describe('where password managers look', () => {
  it('they find the page for passwords and passkeys', async () => {
    const endpoints = await send(server, '/.well-known/passkey-endpoints');
    const page = 'http://localhost:3000/account/security';
    expect([endpoints.status, endpoints.json()]).toEqual([200, { enroll: page, manage: page }]);
    expect(endpoints.headers['content-type']).toBe('application/json');
    const change = await send(server, '/.well-known/change-password');
    expect([change.status, change.headers.location]).toEqual([302, '/account/security']);
  });
});
