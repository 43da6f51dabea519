import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { disableUser } from '@/lib/server/admin/disable';
import { db } from '@/lib/server/database/client';
import { changeRole } from '@/lib/server/sessions/role-change';
import { budgeted } from '@/tests/support/database/statements';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';
import { createProtected } from '@/tests/support/factors';
import { ageProof } from '@/tests/support/http/account';
import { askForReset, mailedReset, setNewPassword } from '@/tests/support/http/mail-links';
import { mailTo } from '@/tests/support/http/mailbox';
import { problemOf } from '@/tests/support/http/problems';
import { bearer, signInProgram } from '@/tests/support/http/programs';
import { atOnce, type RequestOptions, send } from '@/tests/support/http/requests';
import { createPerson, PASSWORD, type Person, prepareSession, sessionRow } from '@/tests/support/people';
import { proved, roundsOf } from '@/tests/support/proof';
import { recordOutput, useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });
const output = recordOutput(server);
const admin = await createPerson({ role: 'admin', hasPassword: true, email: 'admin@people.test' });
const { cookies } = await prepareSession(admin);

const NOBODY = 'AAAAAAAAAAAAAAAAAAAAAA';
const USERS = '/api/admin/users';
const call = (method: string, place: string, options: RequestOptions = {}) =>
  send(server, place, { method, cookies, ...options });
const patch = ({ id }: Person, json: object, options: RequestOptions = {}) =>
  call('PATCH', `${USERS}/${id}`, { json, ...options });
const find = async ({ id }: Person) => {
  const answer = await call('GET', `${USERS}/${id}`);
  expect(answer.status, answer.text).toBe(200);
  return (answer.json() as { user: Record<string, unknown> }).user;
};
const logIn = ({ email }: Person) =>
  send(server, '/api/auth/login', { method: 'POST', json: { email, password: PASSWORD } });
const eventsOf = ({ id: userId }: Person) => db().auditEvent.findMany({ where: { userId }, orderBy: { id: 'asc' } });
const actedOn = async (person: Person) =>
  (await eventsOf(person)).filter(({ actorId }) => actorId === admin.id).map(({ type }) => type);

/** Every endpoint of admins, as it is named where it is made. */
const ENDPOINTS = readdirSync('app/api/admin', { recursive: true, encoding: 'utf8' })
  .filter((file) => path.basename(file) === 'route.ts')
  .flatMap((file) => [
    ...readFileSync(path.join('app/api/admin', file), 'utf8').matchAll(/Route\(\s*'([A-Z]+) (\/[^']+)'/g),
  ])
  .map(([, method = '', place = '']) => [method, place] as const);

// Promise: What admins may do is for admins alone
describe('who is no admin in a browser', () => {
  it('is asked about for each endpoint that there is', () => {
    expect(ENDPOINTS.length).toBeGreaterThanOrEqual(9);
  });

  it.each(ENDPOINTS)('may not %s %s', async (method, place) => {
    const victim = await createPerson({ hasPassword: true });
    const live = await prepareSession(victim);
    const member = await prepareSession();
    const program = await signInProgram(server, admin);
    const target = place.replace('[id]', victim.id);
    const ask = (options: RequestOptions) => send(server, target, { method, ...options });
    const body = method === 'GET' ? {} : { json: { role: 'admin', reason: 'because' } };
    expect(problemOf(await ask({ ...body }))).toBe('401 unauthenticated');
    expect(problemOf(await ask({ ...body, cookies: member.cookies }))).toBe('403 forbidden');
    for (const token of [member.accessToken, program.tokens.access_token]) {
      expect(problemOf(await ask({ ...body, ...bearer(token) }))).toBe('403 forbidden');
      // Nor beside the cookies of an admin.
      expect(problemOf(await ask({ ...body, cookies, ...bearer(token) }))).toBe('403 forbidden');
    }
    if (method !== 'GET') {
      const elsewhere = { ...body, cookies, headers: { origin: 'https://evil.example' } };
      expect(problemOf(await ask(elsewhere))).toBe('403 origin_refused');
    }
    expect(await sessionRow(live.id)).toMatchObject({ endedAt: null });
    expect((await logIn(victim)).status).toBe(200);
  });

  it('leaves a line that says who, in which session, where and what, also at a page', async () => {
    const { id, cookies, accessToken } = await prepareSession();
    const { sub }: { sub: string } = JSON.parse(
      Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString('utf8'),
    );
    expect((await send(server, USERS, { cookies })).status).toBe(403);
    expect((await send(server, '/admin/users', { cookies })).status).toBe(404);
    const told = output()
      .split('\n')
      .filter((line) => line.includes('"event":"access.refused"') && line.includes(id))
      .map((line) => JSON.parse(line));
    const who = { level: 'warn', userId: sub, sessionId: id };
    expect(told).toEqual([
      expect.objectContaining({ ...who, method: 'GET', path: USERS }),
      expect.objectContaining({ ...who, method: 'GET', path: '/admin/users' }),
    ]);
  });

  it('is who the database says at that moment, whatever the token of a former admin says', async () => {
    const former = await createPerson({ role: 'admin' });
    const session = await prepareSession(former);
    const ask = () => send(server, USERS, { cookies: session.accessOnly });
    expect((await ask()).status).toBe(200);
    await db().user.update({ where: { id: former.id }, data: { role: 'member' } });
    expect(problemOf(await ask())).toBe('403 forbidden');
  });
});

describe('what changes something', () => {
  it.each(ENDPOINTS.filter(([method]) => method !== 'GET'))(
    'wants a recent proof, and does nothing without: %s %s',
    async (method, place) => {
      const victim = await createProtected();
      const live = await prepareSession(victim);
      const old = await prepareSession(admin);
      await ageProof(old.id);
      const json = method === 'PATCH' ? { disabled: true } : { reason: 'lost the phone' };
      const answer = await send(server, place.replace('[id]', victim.id), { method, cookies: old.cookies, json });
      expect(problemOf(answer)).toBe('403 step_up_required');
      expect(answer.json()).toMatchObject({ methods: ['password'], maxAgeSeconds: 600 });
      expect(await sessionRow(live.id)).toMatchObject({ endedAt: null });
      expect(await actedOn(victim)).toEqual([]);
    },
  );

  it('is refused for bad fields first', async () => {
    const old = await prepareSession(admin);
    await ageProof(old.id);
    const victim = await createPerson();
    const bodies = [{}, { role: 'owner' }, { role: 'admin', disabled: true }, { disabled: 'yes' }, { name: 'x' }, []];
    for (const json of bodies) {
      expect(problemOf(await patch(victim, json, { cookies: old.cookies })), JSON.stringify(json)).toBe(
        '422 validation_failed',
      );
    }
    for (const json of [{}, { reason: '' }, { reason: ' ' }, { reason: 'a'.repeat(201) }, { reason: 'a\u0000b' }]) {
      const asked = call('POST', `${USERS}/${victim.id}/factor-reset`, { json, cookies: old.cookies });
      expect(problemOf(await asked), JSON.stringify(json)).toBe('422 validation_failed');
    }
  });

  it('is about somebody who is there', async () => {
    for (const id of [NOBODY, 'x', '%00', `${NOBODY}A`]) {
      const place = `${USERS}/${id}`;
      expect(problemOf(await call('GET', place)), id).toBe('404 not_found');
      expect(problemOf(await call('PATCH', place, { json: { role: 'admin' } })), id).toBe('404 not_found');
      expect(problemOf(await call('PATCH', place, { json: { disabled: true } })), id).toBe('404 not_found');
      expect(problemOf(await call('PATCH', place, { json: { disabled: false } })), id).toBe('404 not_found');
      expect(problemOf(await call('DELETE', `${place}/sessions`)), id).toBe('404 not_found');
      expect(problemOf(await call('POST', `${place}/force-reset`)), id).toBe('404 not_found');
      expect(problemOf(await call('DELETE', `${place}/factor-reset`)), id).toBe('404 not_found');
      const json = { reason: 'lost' };
      expect(problemOf(await call('POST', `${place}/factor-reset`, { json })), id).toBe('404 not_found');
    }
  });

  it('is never about the admin who asks, but to sign out everywhere', async () => {
    const json = { reason: 'lost' };
    const mine = await createProtected();
    await db().user.update({ where: { id: mine.id }, data: { role: 'admin' } });
    const own = { cookies: (await prepareSession(mine, true, ['pwd', 'otp', 'mfa'])).cookies };
    for (const change of [{ role: 'member' }, { role: 'admin' }, { disabled: true }, { disabled: false }]) {
      expect(problemOf(await patch(mine, change, own))).toBe('409 own_account');
    }
    expect(problemOf(await call('POST', `${USERS}/${mine.id}/force-reset`, own))).toBe('409 own_account');
    expect(problemOf(await call('POST', `${USERS}/${mine.id}/factor-reset`, { ...own, json }))).toBe('409 own_account');
    expect(await db().password.count({ where: { userId: mine.id } })).toBe(1);
    expect((await call('DELETE', `${USERS}/${mine.id}/sessions`, own)).status).toBe(204);
    expect((await send(server, '/api/auth/session', own)).status).toBe(401);
    await db().user.update({ where: { id: mine.id }, data: { role: 'member' } });
  });
});

// Promise: A disabled account is refused everywhere
describe('disabling an account', () => {
  it('ends every session, lets nobody in, tells the owner, and says who did it; enabling lets them in again', async () => {
    const person = await createPerson({ hasPassword: true });
    const [browser, program] = [await prepareSession(person), await signInProgram(server, person)];
    const { result: answer, statements } = await countStatements(databaseUrl, () => patch(person, { disabled: true }));
    expect(answer.status, answer.text).toBe(200);
    expect(budgeted(statements)).toBeLessThanOrEqual(3);
    expect(answer.json()).toMatchObject({
      user: { id: person.id, disabledAt: expect.any(String), liveSessions: 0, secondFactor: false },
    });
    expect(await sessionRow(browser.id)).toMatchObject({ endReason: 'disabled' });
    expect((await send(server, '/api/auth/session', { cookies: browser.accessOnly })).status).toBe(401);
    expect((await send(server, '/api/me', bearer(program.tokens.access_token))).status).toBe(401);
    expect(problemOf(await logIn(person))).toBe('401 invalid_credentials');
    const { subject } = await mailTo(server, person.email, { pattern: /disabled your account/ });
    expect(subject).toBe('Your account was disabled');
    expect(await actedOn(person)).toEqual(['account_disabled', 'session_ended', 'session_ended']);
    const [event] = (await eventsOf(person)).filter(({ type }) => type === 'account_disabled');
    expect(event).toMatchObject({ actorId: admin.id, sessionId: null });

    expect((await patch(person, { disabled: true })).status).toBe(200);
    expect(await actedOn(person)).toHaveLength(3);
    const enabled = await countStatements(databaseUrl, () => patch(person, { disabled: false }));
    expect(enabled.result.json()).toMatchObject({ user: { disabledAt: null } });
    expect(budgeted(enabled.statements)).toBeLessThanOrEqual(3);
    expect((await logIn(person)).status).toBe(200);
    expect((await actedOn(person)).at(-1)).toBe('account_enabled');
  });

  it('changes nothing when the sessions cannot be ended', async () => {
    const person = await createPerson();
    const { id } = await prepareSession(person);
    await db().$executeRaw`ALTER TABLE "Revocation" RENAME TO "Elsewhere"`;
    try {
      await expect(disableUser(person.id, { actorId: admin.id, facts: null })).rejects.toThrow('Revocation');
    } finally {
      await db().$executeRaw`ALTER TABLE "Elsewhere" RENAME TO "Revocation"`;
    }
    expect(await db().user.findUnique({ where: { id: person.id } })).toMatchObject({ disabledAt: null });
    expect([await actedOn(person), (await sessionRow(id)).endedAt]).toEqual([[], null]);
  });
});

const ROUNDS = roundsOf(100);

// Promise: One admin is left, whoever goes
it(`of two admins who disable or demote each other sixteen times at once one is left, ${ROUNDS} rounds`, async () => {
  const operator = { actorId: null, facts: null };
  await db().user.updateMany({ where: { role: 'admin' }, data: { disabledAt: new Date() } });
  const pair = [await createPerson({ role: 'admin' }), await createPerson({ role: 'admin' })] as const;
  const ids = pair.map(({ id }) => id);
  for (let round = 0; round < ROUNDS; round += 1) {
    const outcomes = await atOnce(16, (n) => disableUser(ids[n % 2] ?? '', operator));
    const codes = outcomes.map((one) => (one.ok ? one.value.isChanged : one.code));
    expect(codes.filter((code) => code === true)).toHaveLength(1);
    expect(codes).toContain('last_admin');
    expect(await db().user.count({ where: { role: 'admin', disabledAt: null } })).toBe(1);
    await db().user.updateMany({ where: { id: { in: ids } }, data: { disabledAt: null } });
    const changes = await atOnce(16, (n) => changeRole(pair[n % 2]?.email ?? '', 'member'));
    expect(changes.filter(({ kind }) => kind === 'changed')).toHaveLength(1);
    expect(changes.map(({ kind }) => kind)).toContain('last_admin');
    expect(await db().user.count({ where: { role: 'admin', disabledAt: null } })).toBe(1);
    await db().user.updateMany({ where: { id: { in: ids } }, data: { role: 'admin' } });
  }
  proved({
    what: 'two admins who disable and demote each other 16 times at once: one is left',
    tried: ROUNDS,
    held: ROUNDS,
  });
  await db().user.updateMany({ where: { id: { in: ids } }, data: { role: 'member' } });
  await db().user.update({ where: { id: admin.id }, data: { disabledAt: null } });
});

it('an admin gives another role, and the last admin stays one', async () => {
  const person = await createPerson();
  const { result: promoted, statements } = await countStatements(databaseUrl, () => patch(person, { role: 'admin' }));
  expect(budgeted(statements)).toBeLessThanOrEqual(3);
  expect(promoted.json()).toMatchObject({ user: { id: person.id, role: 'admin' } });
  expect(await actedOn(person)).toEqual(['role_changed']);
  // Whoever is about to leave is no admin who stays.
  await db().user.update({ where: { id: person.id }, data: { deletesAt: new Date(Date.now() + 86_400_000) } });
  expect((await changeRole(admin.email, 'member')).kind).toBe('last_admin');
  expect(await disableUser(admin.id, { actorId: person.id, facts: null })).toEqual({ ok: false, code: 'last_admin' });
  expect((await patch(person, { role: 'member' })).json()).toMatchObject({ user: { role: 'member' } });
});

it('ending the sessions of somebody ends them all, once, and says who did it', async () => {
  const person = await createPerson({ hasPassword: true });
  const [one, two] = [await prepareSession(person), await prepareSession(person)];
  const end = () => call('DELETE', `${USERS}/${person.id}/sessions`);
  const { result, statements } = await countStatements(databaseUrl, end);
  expect([result.status, budgeted(statements)]).toEqual([204, 2]);
  for (const { id } of [one, two]) expect(await sessionRow(id)).toMatchObject({ endReason: 'ended_by_admin' });
  expect((await send(server, '/api/auth/session', { cookies: one.accessOnly })).status).toBe(401);
  expect((await end()).status).toBe(204);
  expect(await actedOn(person)).toEqual(['session_ended', 'session_ended']);
});

// Promise: No admin sees or sets a password
describe('a forced reset of the password', () => {
  it('takes the password away: signing in is as for nobody, until the owner has chosen another by the mailed link', async () => {
    const person = await createPerson({ hasPassword: true });
    const { id } = await prepareSession(person);
    await askForReset(server, person.email);
    const earlier = await mailedReset(server, person.email);
    const forced = () => call('POST', `${USERS}/${person.id}/force-reset`);
    const { result, statements } = await countStatements(databaseUrl, forced);
    expect([result.status, result.text]).toEqual([202, '{"status":"reset_sent"}']);
    expect(budgeted(statements)).toBeLessThanOrEqual(4);
    expect(await sessionRow(id)).toMatchObject({ endReason: 'ended_by_admin' });
    expect(await actedOn(person)).toEqual(['password_reset_forced', 'session_ended']);

    const known = await countStatements(databaseUrl, () => logIn(person));
    const unknown = await countStatements(databaseUrl, () => logIn({ id: '', email: 'nobody@people.test' }));
    expect([known.result.status, known.result.text]).toEqual([unknown.result.status, unknown.result.text]);
    expect(problemOf(known.result)).toBe('401 invalid_credentials');

    const { token } = await mailedReset(server, person.email, 2);
    expect(problemOf(await setNewPassword(server, earlier.token, PASSWORD))).toBe('401 invalid_token');
    expect((await setNewPassword(server, token, PASSWORD)).status).toBe(204);
    expect((await logIn(person)).status).toBe(200);
  });

  it('sends no link to a disabled account', async () => {
    const person = await createPerson({ hasPassword: true });
    await db().user.update({ where: { id: person.id }, data: { disabledAt: new Date() } });
    expect((await call('POST', `${USERS}/${person.id}/force-reset`)).status).toBe(202);
    expect(await db().mailLink.count({ where: { userId: person.id } })).toBe(0);
    expect(await db().password.count({ where: { userId: person.id } })).toBe(0);
  });
});

it('a reset of second factors is begun with a reason, told to the owner, and stopped again', async () => {
  const person = await createProtected();
  const place = `${USERS}/${person.id}/factor-reset`;
  const begin = () => call('POST', place, { json: { reason: ' lost the phone ' } });
  const { result, statements } = await countStatements(databaseUrl, begin);
  expect(result.status, result.text).toBe(202);
  expect(budgeted(statements)).toBeLessThanOrEqual(4);
  const times = result.json() as { notBefore: string; expiresAt: string };
  expect(Date.parse(times.notBefore) - Date.now()).toBeGreaterThan(86_000_000);
  expect(await find(person)).toMatchObject({
    factors: { totp: true, passkeys: 0, recoveryCodesLeft: 10 },
    factorReset: { requestedBy: admin.id, reason: 'lost the phone', ...times },
  });
  // A second one changes nothing.
  expect((await begin()).json()).toEqual(times);
  const { text } = await mailTo(server, person.email, { pattern: /Stop the reset/ });
  const token = /\/undo\?token=([\w-]+)/.exec(text)?.[1] ?? '';
  expect((await call('DELETE', place)).status).toBe(204);
  expect(problemOf(await call('DELETE', place))).toBe('404 not_found');
  expect(await find(person)).toMatchObject({ factorReset: null });
  const undone = await send(server, '/api/auth/undo', { method: 'POST', json: { token } });
  expect(problemOf(undone)).toBe('401 invalid_token');
  expect(await actedOn(person)).toEqual(['factor_reset_requested', 'factor_reset_cancelled']);
  const [begun] = (await eventsOf(person)).filter(({ type }) => type === 'factor_reset_requested');
  expect(begun).toMatchObject({ details: { reason: 'lost the phone' } });
  const without = await createPerson();
  const asked = call('POST', `${USERS}/${without.id}/factor-reset`, { json: { reason: 'lost' } });
  expect(problemOf(await asked)).toBe('409 no_factor');
});

describe('what admins see of somebody', () => {
  it('is devices, events, and that there are factors: no password, secret, code or token', async () => {
    const person = await createProtected();
    const { refreshToken } = await prepareSession(person);
    const ask = () => call('GET', `${USERS}/${person.id}`);
    const { result, statements } = await countStatements(databaseUrl, ask);
    expect(budgeted(statements)).toBeLessThanOrEqual(3);
    const { user } = result.json() as { user: Record<string, unknown> };
    expect(Object.keys(user).sort()).toEqual(
      [
        ...['id', 'email', 'name', 'role', 'createdAt', 'disabledAt', 'deletesAt', 'liveSessions', 'secondFactor'],
        ...['hasPassword', 'factors', 'factorReset', 'sessions', 'events'],
      ].sort(),
    );
    expect(user).toMatchObject({ hasPassword: true, secondFactor: true, liveSessions: 1 });
    expect(Object.keys((user['sessions'] as object[])[0] ?? {}).sort()).toEqual(
      ['createdAt', 'device', 'id', 'ip', 'kind', 'lastSeenAt'].sort(),
    );
    expect(user['events']).toMatchObject([{ type: 'signed_in', user: person.id, actor: null, ip: null, details: {} }]);
    const { hash } = await db().password.findUniqueOrThrow({ where: { userId: person.id } });
    for (const secret of [hash, person.key, ...person.codes, refreshToken.split('.')[0] ?? '']) {
      expect(result.text).not.toContain(secret);
    }
  });

  it('is a list by the beginning of an address or an id, by role, and by whether they are disabled', async () => {
    const [ada, alan] = [
      await createPerson({ email: 'search-ada@people.test', name: 'Ada' }),
      await createPerson({ email: 'search-alan@people.test', role: 'admin' }),
    ];
    await createPerson({ email: 'search_ada@people.test' });
    await db().user.update({ where: { id: ada.id }, data: { disabledAt: new Date() } });
    const found = async (query: string) => {
      const { result, statements } = await countStatements(databaseUrl, () => call('GET', `${USERS}?${query}`));
      expect(result.status, result.text).toBe(200);
      expect(budgeted(statements)).toBeLessThanOrEqual(2);
      const { users, ...rest } = result.json() as { users: { email: string }[]; next: string | null };
      expect(Object.keys(rest)).toEqual(['next']);
      return users.map(({ email }) => email);
    };
    expect(await found('search=Search-A')).toEqual([ada.email, alan.email]);
    expect(await found('search=search-ada@PEOPLE.test')).toEqual([ada.email]);
    expect(await found(`search=${ada.id}`)).toEqual([ada.email]);
    expect(await found('search=search%25')).toEqual([]);
    expect(await found('search=search-&role=admin&disabled=')).toEqual([alan.email]);
    expect(await found('search=search-&disabled=true')).toEqual([ada.email]);
    expect(await found(`search=${ada.id}&disabled=false`)).toEqual([]);
    expect(await found('disabled=true&role=member')).toContain(ada.email);
    expect(await found('role=admin')).toContain(alan.email);
    await db().user.update({ where: { id: alan.id }, data: { role: 'member' } });
  });

  it('comes page by page, each person once, also in a search', async () => {
    const emails = Array.from({ length: 7 }, (_, n) => `paged-${n}@people.test`);
    for (const email of emails) await createPerson({ email });
    const walk = async (query: string): Promise<string[]> => {
      const seen: string[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const at: string = cursor === '' ? '' : `&cursor=${cursor}`;
        const page = (await call('GET', `${USERS}?limit=3${query}${at}`)).json() as {
          users: { email: string }[];
          next: string | null;
        };
        expect(page.users.length).toBeLessThanOrEqual(3);
        seen.push(...page.users.map(({ email }) => email));
        cursor = page.next;
      }
      return seen;
    };
    expect(await walk('&search=paged-')).toEqual(emails);
    const everybody = await walk('');
    expect(everybody).toHaveLength(await db().user.count());
    expect(new Set(everybody).size).toBe(everybody.length);
  });

  it.each([
    ...['search=a', 'search=%00a', 'search=a%20b', `search=${'a'.repeat(255)}`, 'role=owner', 'disabled=yes'],
    ...['limit=0', 'limit=101', 'limit=x', 'limit=1e1', 'cursor=', 'cursor=x', 'cursor=a.x', 'role=admin&role=member'],
    ...[`search=ad&cursor=1.${NOBODY}`, 'cursor=a.YQ', 'cursor=a.AA&search=ad'],
  ])('is not given for ?%s', async (query) => {
    expect(problemOf(await call('GET', `${USERS}?${query}`))).toBe('422 validation_failed');
  });
});
