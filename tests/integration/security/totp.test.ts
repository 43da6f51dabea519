import { describe, expect, it } from 'vitest';
import { hashRecoveryCode, readRecoveryCode } from '@/lib/core/factors/recovery-code';
import { db } from '@/lib/server/database/client';
import { factorBucket } from '@/lib/server/rate-limit/buckets';
import { renewRecoveryCodes } from '@/lib/server/security/renew-recovery-codes';
import { findSigner } from '@/lib/server/step-up/guard';
import { everyRow } from '@/tests/support/database/every-row';
import { budgeted } from '@/tests/support/database/statements';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';
import { codeOf, createProtected, protect, wrongCodeFor } from '@/tests/support/factors';
import { ageProof, changeEmail, stepUp } from '@/tests/support/http/account';
import { mailsTo, mailTo } from '@/tests/support/http/mailbox';
import { problemOf } from '@/tests/support/http/problems';
import { bearer, signInProgram } from '@/tests/support/http/programs';
import { type Answer, atOnce, send } from '@/tests/support/http/requests';
import {
  type Cookies,
  createPerson,
  failInARow,
  lengthenWaits,
  PASSWORD,
  type Person,
  type PreparedSession,
  prepareSession,
} from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });
const MFA = ['pwd', 'otp', 'mfa'];

type Offer = { ceremony: string; secret: string; uri: string; qr: { size: number; path: string } };

const call = (method: string, path: string, cookies: Cookies, json?: object) =>
  send(server, path, { method, cookies, ...(json === undefined ? {} : { json }) });
const offer = async ({ cookies }: PreparedSession) =>
  (await call('POST', '/api/account/totp', cookies)).json() as unknown as Offer;
const confirm = ({ cookies }: { cookies: Cookies }, { ceremony }: Offer, code: string) =>
  call('POST', '/api/account/totp/confirm', cookies, { ceremony, code });
const codesIn = (answer: Answer) => (answer.json() as { recoveryCodes: string[] | null }).recoveryCodes;
const overview = async (cookies: Cookies) => (await call('GET', '/api/account/security', cookies)).json();
const eventsOf = async ({ id }: Person) =>
  (await db().auditEvent.findMany({ where: { userId: id } })).map(({ type }) => type);
const statusOf = async (cookies: Cookies) => (await send(server, '/api/auth/session', { cookies })).status;
const newSession = async () => prepareSession(await createPerson({ hasPassword: true }));

async function protectedSession(amr: readonly string[] = MFA) {
  const owner = await createProtected();
  return { owner, session: await prepareSession(owner, true, amr) };
}

// Promise: An authenticator app counts once its first code was right
describe('setting up an authenticator app', () => {
  it('stores nothing before the first code was right, then ends every other session and gives ten codes', async () => {
    const session = await newSession();
    const elsewhere = await prepareSession(session.person);
    const offered = await offer(session);
    expect(offered.uri).toContain(`secret=${offered.secret}`);
    expect(offered.uri).toContain(encodeURIComponent(session.person.email));
    expect(offered.qr.path).toMatch(/^M\d+ \d+h\d+v1h-\d+z/);
    expect(await db().totp.count({ where: { userId: session.person.id } })).toBe(0);
    expect(await overview(session.cookies)).toMatchObject({ totp: null, recoveryCodes: null, methods: ['password'] });

    expect(problemOf(await confirm(session, offered, wrongCodeFor(offered.secret)))).toBe('401 invalid_code');
    const { result, statements } = await countStatements(databaseUrl, () =>
      confirm(session, offered, codeOf(offered.secret)),
    );
    expect(result.status, result.text).toBe(200);
    expect(budgeted(statements)).toBeLessThanOrEqual(5);
    const codes = codesIn(result) ?? [];
    expect([codes.length, new Set(codes).size]).toEqual([10, 10]);
    for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$/);
    expect([await statusOf(session.cookies), await statusOf(elsewhere.cookies)]).toEqual([401, 401]);
    expect(await overview(result.cookies)).toMatchObject({
      totp: { createdAt: expect.any(String) },
      recoveryCodes: { left: 10, createdAt: expect.any(String) },
      methods: ['totp', 'recovery'],
    });
    const live = await db().session.findFirstOrThrow({ where: { userId: session.person.id, endedAt: null } });
    expect(live.amr).toEqual(MFA);
    const ended = await db().session.findUniqueOrThrow({ where: { id: elsewhere.id } });
    expect(ended.endReason).toBe('factor_changed');
    expect((await mailTo(server, session.person.email, { pattern: /authenticator app/ })).text).toContain(
      'It was not me',
    );
    expect(await eventsOf(session.person)).toContain('totp_added');
  });

  it('keeps the secret under a data key, and gives a row that was moved to somebody else no meaning', async () => {
    const owner = await createProtected();
    const row = await db().totp.findUniqueOrThrow({ where: { userId: owner.id } });
    expect(Buffer.from(row.secret).toString('base64')).not.toContain(owner.key);
    const thief = await createPerson({ hasPassword: true });
    await db().totp.create({ data: { ...row, userId: thief.id } });
    const json = { email: thief.email, password: PASSWORD };
    const halfway = await send(server, '/api/auth/login', { method: 'POST', json });
    const finished = await call('POST', '/api/auth/login/mfa', halfway.cookies, { code: codeOf(owner.key) });
    expect(finished.status).toBe(500);
    expect(await db().session.count({ where: { userId: thief.id } })).toBe(0);
  });

  it('wants a fresh proof, and the code counts as one', async () => {
    const session = await newSession();
    await ageProof(session.id);
    expect(problemOf(await call('POST', '/api/account/totp', session.cookies))).toBe('403 step_up_required');
    const stepped = await stepUp(server, session.cookies, PASSWORD);
    const again = { ...session, cookies: stepped.cookies };
    const offered = await offer(again);
    const { sid } = await liveSession(session);
    await ageProof(sid);
    const done = await confirm(again, offered, codeOf(offered.secret));
    expect((await changeEmail(server, done.cookies, 'fresh@people.test')).status).toBe(202);
  });

  it('belongs to the person and session that asked, for ten minutes, and happens once', async () => {
    const [session, stranger] = [await newSession(), await newSession()];
    const offered = await offer(session);
    const code = codeOf(offered.secret);
    expect(problemOf(await confirm(stranger, offered, code))).toBe('401 invalid_code');
    const other = await prepareSession(session.person);
    expect(problemOf(await confirm(other, offered, code))).toBe('401 invalid_code');
    expect(problemOf(await confirm(session, { ...offered, ceremony: 'x' }, code))).toBe('401 invalid_code');
    const answers = await atOnce(8, () => confirm(session, offered, code));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await db().recoveryCode.count({ where: { userId: session.person.id } })).toBe(10);
    const done = answers.find(({ status }) => status === 200)?.cookies ?? {};
    expect(problemOf(await call('POST', '/api/account/totp', done))).toBe('409 factor_exists');
  });

  it('has its wrong codes counted, and the code that turned it on signs nobody in', async () => {
    const session = await newSession();
    const offered = await offer(session);
    for (let n = 0; n < 5; n += 1) await confirm(session, offered, wrongCodeFor(offered.secret));
    await lengthenWaits();
    expect(problemOf(await confirm(session, offered, codeOf(offered.secret)))).toBe('429 too_many_attempts');

    const second = await newSession();
    const own = await offer(second);
    const code = codeOf(own.secret);
    expect((await confirm(second, own, code)).status).toBe(200);
    const json = { email: second.person.email, password: PASSWORD };
    const halfway = await send(server, '/api/auth/login', { method: 'POST', json });
    const replayed = await call('POST', '/api/auth/login/mfa', halfway.cookies, { code });
    expect(problemOf(replayed)).toBe('401 invalid_code');
  });

  it('is nothing that a program does', async () => {
    const session = await newSession();
    const { tokens } = await signInProgram(server, session.person);
    for (const [method, path] of [
      ['POST', '/api/account/totp'],
      ['DELETE', '/api/account/totp'],
      ['POST', '/api/account/recovery-codes'],
    ] as const) {
      const answer = await send(server, path, { method, ...bearer(tokens.access_token) });
      expect(problemOf(answer), path).toBe('403 forbidden');
    }
    const seen = await send(server, '/api/account/security', { ...bearer(tokens.access_token) });
    expect(seen.json()).toMatchObject({ methods: ['password'], totp: null });
  });
});

describe('proving who one is, with an authenticator app', () => {
  it('takes a code or a recovery code and no password, and a session of a password alone is not recent', async () => {
    const { owner, session } = await protectedSession();
    await ageProof(session.id);
    const asked = await changeEmail(server, session.cookies, 'asked@people.test');
    expect([problemOf(asked), asked.json()]).toMatchObject(['403 step_up_required', { methods: ['totp', 'recovery'] }]);
    const byPassword = await stepUp(server, session.cookies, PASSWORD);
    expect([problemOf(byPassword), byPassword.json()]).toMatchObject([
      '403 factor_required',
      { methods: ['totp', 'recovery'] },
    ]);
    expect(problemOf(await prove(session.cookies, wrongCodeFor(owner.key)))).toBe('401 invalid_code');
    const { result, statements } = await countStatements(databaseUrl, () => prove(session.cookies, codeOf(owner.key)));
    expect(result.status, result.text).toBe(200);
    expect(budgeted(statements)).toBeLessThanOrEqual(6);
    expect((await changeEmail(server, result.cookies, 'proven@people.test')).status).toBe(202);
    expect(problemOf(await prove(result.cookies, codeOf(owner.key)))).toBe('401 invalid_code');
    // One of each session: a wrong code, and one that was used.
    const failed = await db().auditEvent.findMany({ where: { userId: owner.id, type: 'step_up_failed' } });
    expect(failed.map(({ details }) => details)).toMatchObject([{ method: 'totp' }, { method: 'totp' }]);
    expect(new Set(failed.map(({ sessionId }) => sessionId)).size).toBe(2);
    const byRecovery = await prove(result.cookies, owner.codes[0] ?? '');
    expect(byRecovery.status).toBe(200);
    await mailTo(server, owner.email, { pattern: /recovery code/ });

    const weak = await prepareSession(owner, true, ['pwd']);
    expect(problemOf(await changeEmail(server, weak.cookies, 'weak@people.test'))).toBe('403 step_up_required');
  });

  it('is asked for from the moment on at which there is an app, and no more when there is none, whatever the cookies say', async () => {
    const session = await newSession();
    expect((await changeEmail(server, session.cookies, 'before@people.test')).status).toBe(202);
    const owner = await protect(session.person);
    const asked = await changeEmail(server, session.cookies, 'with@people.test');
    expect([problemOf(asked), asked.json()]).toMatchObject(['403 step_up_required', { methods: ['totp', 'recovery'] }]);
    expect(problemOf(await stepUp(server, session.cookies, PASSWORD))).toBe('403 factor_required');
    await db().totp.delete({ where: { userId: owner.id } });
    expect(await overview(session.cookies)).toMatchObject({ methods: ['password'], totp: null });
    expect((await stepUp(server, session.cookies, PASSWORD)).status).toBe(200);
  });

  it('has its wrong codes counted for the session: they wait longer, and after a hundred nothing is compared', async () => {
    const { owner, session } = await protectedSession();
    for (let n = 0; n < 5; n += 1) {
      expect(problemOf(await prove(session.cookies, wrongCodeFor(owner.key)))).toBe('401 invalid_code');
    }
    await lengthenWaits();
    expect(problemOf(await prove(session.cookies, codeOf(owner.key)))).toBe('429 too_many_attempts');
    // Nor is it a way around to remove the app, or to make other codes.
    await ageProof(session.id);
    for (const [method, path] of [
      ['DELETE', '/api/account/totp?last=true'],
      ['POST', '/api/account/recovery-codes'],
    ] as const) {
      expect(problemOf(await call(method, path, session.cookies)), path).toBe('403 step_up_required');
    }
    await failInARow(await factorBucket(owner.id, `session ${session.id}`));
    expect(problemOf(await prove(session.cookies, codeOf(owner.key)))).toBe('429 too_many_attempts');
    // What is tried with a copied cookie makes nobody wait elsewhere.
    const elsewhere = await prepareSession(owner, true, MFA);
    expect((await prove(elsewhere.cookies, codeOf(owner.key))).status).toBe(200);
  });

  it('is one of eight at once, and both kinds in one body are refused', async () => {
    const { owner, session } = await protectedSession();
    const code = codeOf(owner.key);
    expect(problemOf(await call('POST', '/api/auth/step-up', session.cookies, { code, password: PASSWORD }))).toBe(
      '422 validation_failed',
    );
    const answers = await atOnce(8, () => prove(session.cookies, code));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await db().session.count({ where: { userId: owner.id, endedAt: null } })).toBe(1);
  });
});

describe('removing an authenticator app', () => {
  it('wants a factor, and consent where it is the last; then the codes are gone and every other session is over', async () => {
    const { owner, session } = await protectedSession();
    const elsewhere = await prepareSession(owner, true, MFA);
    const weak = await prepareSession(owner, true, ['pwd']);
    expect(problemOf(await call('DELETE', '/api/account/totp?last=true', weak.cookies))).toBe('403 step_up_required');
    expect(problemOf(await call('DELETE', '/api/account/totp', session.cookies))).toBe('409 last_factor');
    const { result, statements } = await countStatements(databaseUrl, () =>
      call('DELETE', '/api/account/totp?last=true', session.cookies),
    );
    expect(result.status, result.text).toBe(204);
    expect(budgeted(statements)).toBeLessThanOrEqual(4);
    expect([await statusOf(elsewhere.cookies), await statusOf(result.cookies)]).toEqual([401, 200]);
    expect(await db().recoveryCode.count({ where: { userId: owner.id } })).toBe(0);
    expect((await mailTo(server, owner.email, { pattern: /was removed/ })).text).toContain('last second factor');
    const json = { email: owner.email, password: PASSWORD };
    expect((await send(server, '/api/auth/login', { method: 'POST', json })).json()).toMatchObject({ user: {} });
    expect(problemOf(await call('DELETE', '/api/account/totp', result.cookies))).toBe('404 not_found');
    expect(await eventsOf(owner)).toContain('totp_removed');
  });
});

// Promise: Recovery codes are shown once
describe('new recovery codes', () => {
  it('take the place of the old ones, want a fresh factor, and are for those who have one', async () => {
    const { owner, session } = await protectedSession();
    const weak = await prepareSession(owner, true, ['pwd']);
    expect(problemOf(await call('POST', '/api/account/recovery-codes', weak.cookies))).toBe('403 step_up_required');
    const { result, statements } = await countStatements(databaseUrl, () =>
      call('POST', '/api/account/recovery-codes', session.cookies),
    );
    expect(budgeted(statements)).toBeLessThanOrEqual(3);
    const { codes } = result.json() as { codes: string[] };
    expect([codes.length, codes.filter((code) => owner.codes.includes(code))]).toEqual([10, []]);
    expect(problemOf(await prove(session.cookies, owner.codes[0] ?? ''))).toBe('401 invalid_code');
    expect((await prove(session.cookies, codes[0] ?? '')).status).toBe(200);
    await mailTo(server, owner.email, { pattern: /New recovery codes/ });
    const plain = await newSession();
    expect(problemOf(await call('POST', '/api/account/recovery-codes', plain.cookies))).toBe('409 no_factor');
  });

  it('are ten, and those that one answer showed, of eight requests at once: the others say that they made none', async () => {
    const { owner, session } = await protectedSession();
    const answers = await atOnce(8, () => call('POST', '/api/account/recovery-codes', session.cookies));
    const made = answers.filter(({ status }) => status === 200).map((answer) => answer.json() as { codes: string[] });
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      expect(problemOf(answer)).toBe('409 factors_changed');
    }
    // One that began after another was answered takes the place of its codes.
    const shown = await Promise.all(made.map(({ codes }) => hashed(owner, codes)));
    expect(shown).toContainEqual(await keptCodes(owner));
  });

  it('are made once by requests that all saw the same ones, whichever comes first', async () => {
    const { owner, session } = await protectedSession();
    const signer = await findSigner({ sub: owner.id, sid: session.id }, FACTS);
    if (!signer.ok) throw new Error('The session is over');
    for (let round = 0; round < 10; round += 1) {
      const current = await findSigner({ sub: owner.id, sid: session.id }, FACTS);
      if (!current.ok) throw new Error('The session is over');
      const done = await atOnce(8, () => renewRecoveryCodes(current.value, FACTS));
      const shown = done.filter((one) => one.ok).map(({ value }) => value);
      expect(done.filter((one) => !one.ok).map(({ code }) => code)).toEqual(Array(7).fill('factors_changed'));
      expect(await hashed(owner, shown[0] ?? [])).toEqual(await keptCodes(owner));
    }
    expect(await renewRecoveryCodes(signer.value, FACTS)).toMatchObject({ code: 'factors_changed' });
  });

  it('are shown once: in the answer that made them, in no cookie or header, in no other answer and in no row', async () => {
    const session = await newSession();
    const offered = await offer(session);
    const confirmed = await confirm(session, offered, codeOf(offered.secret));
    const renewed = await call('POST', '/api/account/recovery-codes', confirmed.cookies);
    const { codes } = renewed.json() as { codes: string[] };
    const shown = [...(codesIn(confirmed) ?? []), ...codes];
    expect(new Set(shown).size).toBe(20);
    await mailTo(server, session.person.email, { pattern: /New recovery codes/ });
    const after = await Promise.all([
      ...['/account/security', '/account', '/dashboard', '/api/account/security', '/api/me'].map((path) =>
        call('GET', path, confirmed.cookies),
      ),
      call('POST', '/api/account/recovery-codes', {}),
    ]);
    const headers = [confirmed, renewed, ...after].map((answer) => JSON.stringify(answer.headers));
    const mails = (await mailsTo(server, session.person.email)).map(({ text }) => text);
    const places = [...headers, ...after.map(({ text }) => text), ...mails, ...(await everyRow(databaseUrl))];
    for (const code of shown) {
      const spellings = [code, code.replaceAll('-', '')].map((text) => text.toLowerCase());
      expect(places.filter((text) => spellings.some((one) => text.toLowerCase().includes(one)))).toEqual([]);
    }
    // What is looked through holds what it should: here are the hashes.
    const [hash = ''] = await keptCodes(session.person);
    expect(places.filter((text) => text.includes(hash))).toHaveLength(1);
  });
});

const FACTS = { userAgent: null, device: null, ip: null };

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const hashed = async ({ id }: Person, codes: readonly string[]) =>
  (await Promise.all(codes.map((code) => hashRecoveryCode(id, readRecoveryCode(code) ?? '')))).map(hexOf).sort();
const keptCodes = async ({ id: userId }: Person) =>
  (await db().recoveryCode.findMany({ where: { userId } })).map(({ hash }) => hexOf(hash)).sort();

const prove = (cookies: Cookies, code: string) => call('POST', '/api/auth/step-up', cookies, { code });

async function liveSession({ person }: PreparedSession): Promise<{ sid: string }> {
  const { id } = await db().session.findFirstOrThrow({ where: { userId: person.id, endedAt: null } });
  return { sid: id };
}
