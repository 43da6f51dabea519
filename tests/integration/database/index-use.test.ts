import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { recordRepeatedWith } from '@/lib/server/audit/repeated-events';
import { db } from '@/lib/server/database/client';
import { rootSecrets } from '@/lib/server/keys/root-secrets';
import { deleteDueAccounts } from '@/lib/server/maintenance/due-deletions';
import { addClient, type NewCredentials } from '@/lib/server/oauth/client-store';
import { accountBucket } from '@/lib/server/rate-limit/buckets';
import { requestFactorReset } from '@/lib/server/recovery/factor-reset';
import { startSession } from '@/lib/server/sessions/start';
import { listUsers } from '@/lib/server/users/user-list';
import { giveLink } from '@/tests/support/database/link-rows';
import { fillWithPeople } from '@/tests/support/database/many-people';
import { runCommand } from '@/tests/support/database/postgres';
import { readsOf } from '@/tests/support/database/scans';
import { useDatabase } from '@/tests/support/database/use-database';
import { codeOf, protect } from '@/tests/support/factors';
import { changeEmail, changePassword, confirmEmail, stepUp } from '@/tests/support/http/account';
import { askForReset, mailedReset, setNewPassword, takeBack } from '@/tests/support/http/mail-links';
import { mailedCode } from '@/tests/support/http/mailbox';
import { ask, bearer, signInProgram } from '@/tests/support/http/programs';
import { type Answer, type RequestOptions, send } from '@/tests/support/http/requests';
import { type Authenticator, assertionOf, attestationOf, givePasskey, newAuthenticator } from '@/tests/support/passkey';
import {
  ageRotation,
  COOKIE,
  createPerson,
  failInARow,
  PASSWORD,
  type PreparedSession,
  prepareSession,
} from '@/tests/support/people';
import { isWhole, proved } from '@/tests/support/proof';
import { testEnvironment } from '@/tests/support/server/environment';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const [{ id: ownSecretId }] = await rootSecrets();
await fillWithPeople(databaseUrl, [ownSecretId, ownSecretId, (ownSecretId + 1) % 256, null]);
const CRON_SECRET = 'a-secret-of-the-scheduler-of-these-tests';
const server = await useServer({ databaseUrl, env: { CRON_SECRET } });
const FACTS = { userAgent: null, device: null, ip: null };

const person = await createPerson({ hasPassword: true });
const admin = await createPerson({ hasPassword: true, role: 'admin' });
const CREDENTIALS = { email: person.email, password: PASSWORD };
const client = (await addClient('a service', null)) as NewCredentials;
const basic = { authorization: `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}` };
const scheduler = bearer(CRON_SECRET);

type Case = (session: PreparedSession) => Promise<Answer>;
const get =
  (place: string, options: RequestOptions = {}): Case =>
  ({ cookies }) =>
    send(server, place, { cookies, ...options });
const post = (place: string, options: RequestOptions): Case => get(place, { method: 'POST', cookies: {}, ...options });

/** Asks as an admin whose proof is recent; `[id]` stands for somebody with an authenticator app. */
const byAdmin =
  (method: string, place: string, json?: object): Case =>
  async () => {
    const { id } = await protect(await createPerson({ hasPassword: true }));
    const { cookies } = await prepareSession(admin);
    return send(server, place.replace('[id]', id), { method, cookies, ...(json === undefined ? {} : { json }) });
  };

let middle = '';
let programTokens: Awaited<ReturnType<typeof signInProgram>>['tokens'] | undefined;
let resetToken = '';
let confirming: { code: string; cookies: Record<string, string> } | undefined;

/** Every page, by its folder. Those of admins are opened by one. */
const PAGES: Readonly<Record<string, readonly string[]>> = {
  '/': ['/'],
  '/login': ['/login'],
  '/login/mfa': ['/login/mfa'],
  '/register': ['/register'],
  '/verify-email': ['/verify-email'],
  '/forgot-password': ['/forgot-password'],
  '/reset-password': [`/reset-password?token=${'A'.repeat(43)}`],
  '/undo': [`/undo?token=${'A'.repeat(43)}`],
  '/dashboard': ['/dashboard'],
  '/account': ['/account'],
  '/account/activity': ['/account/activity', '/account/activity?cursor=90000'],
  '/account/data': ['/account/data'],
  '/account/security': ['/account/security'],
  '/account/sessions': ['/account/sessions'],
  '/step-up': ['/step-up'],
  '/admin': ['/admin'],
  '/admin/users': ['/admin/users', '/admin/users?after=MIDDLE', '/admin/users?before=MIDDLE', '/admin/users?search=pe'],
  '/admin/users/[id]': [`/admin/users/${person.id}`],
  '/admin/audit': [
    '/admin/audit',
    '/admin/audit?type=signed_in',
    `/admin/audit?user=${person.email}&from=2026-01-01T00:00`,
  ],
  '/admin/keys': ['/admin/keys'],
  '/dev/mail': ['/dev/mail'],
  '/problems/[code]': ['/problems/validation_failed'],
  '/reload': ['/reload?next=%2Faccount'],
};
/** Stands for every address below a folder that is no page: it asks who is there, as the pages do, and nothing more. */
const NOTHING = '[...nothing]';

const protectedSession = async () => prepareSession(await protect(await createPerson()), true, ['pwd', 'otp', 'mfa']);

async function changePasskey(method: string, json?: object): Promise<Answer> {
  const owner = await createPerson();
  await givePasskey(owner);
  const { id } = await db().passkey.findFirstOrThrow({ where: { userId: owner.id } });
  const { cookies } = await prepareSession(owner, true, ['pwd', 'pop', 'mfa']);
  const body = json === undefined ? {} : { json };
  return send(server, `/api/account/passkeys/${id}?last=true`, { method, cookies, ...body });
}

/** What signs in by a passkey. */
async function signedBy(passkey: Authenticator): Promise<object> {
  const asked = await send(server, '/api/auth/passkey/options', { method: 'POST', json: { for: 'sign_in' } });
  const { ceremony, options } = asked.json() as { ceremony: string; options: { challenge: string } };
  return { ceremony, assertion: assertionOf(passkey, options) };
}

/** Every endpoint, as it is named where it is made. */
const ENDPOINTS: Readonly<Record<string, Case>> = {
  'POST /api/auth/register': post('/api/auth/register', {
    json: { email: 'newcomer@people.test', password: PASSWORD },
  }),
  'POST /api/auth/verify-email': ({ id }) => {
    const { code, cookies } = confirming ?? { code: id, cookies: {} };
    return send(server, '/api/auth/verify-email', { method: 'POST', json: { code }, cookies });
  },
  'POST /api/auth/verify-email/resend': () =>
    send(server, '/api/auth/verify-email/resend', { method: 'POST', json: {}, cookies: confirming?.cookies ?? {} }),
  'POST /api/auth/forgot-password': post('/api/auth/forgot-password', { json: { email: person.email } }),
  'POST /api/auth/reset-password': () => setNewPassword(server, resetToken, 'ninety-copper-geese-over-the-loch'),
  'POST /api/auth/undo': async () => takeBack(server, await giveLink(await createPerson(), '0 s', 'not_me')),
  'POST /api/auth/login': ({ refreshOnly }) =>
    send(server, '/api/auth/login', { method: 'POST', json: CREDENTIALS, cookies: refreshOnly }),
  'POST /api/auth/login/mfa': () =>
    send(server, '/api/auth/login/mfa', {
      method: 'POST',
      json: { mailCode: confirming?.code ?? '' },
      cookies: confirming?.cookies ?? {},
    }),
  'POST /api/auth/passkey/options': post('/api/auth/passkey/options', { json: { for: 'sign_in' } }),
  'POST /api/auth/passkey': async () => {
    const passkey = await givePasskey(await createPerson());
    return send(server, '/api/auth/passkey', { method: 'POST', json: await signedBy(passkey) });
  },
  'POST /api/auth/step-up/options': get('/api/auth/step-up/options', { method: 'POST' }),
  'GET /api/auth/step-up': get('/api/auth/step-up'),
  'POST /api/auth/step-up': ({ cookies }) => stepUp(server, cookies, PASSWORD),
  'POST /api/account/password': async () =>
    changePassword(server, (await prepareSession(await createPerson({ hasPassword: true }))).cookies, {
      currentPassword: PASSWORD,
      newPassword: 'ninety-copper-geese-over-the-loch',
    }),
  'POST /api/account/export': get('/api/account/export', { method: 'POST' }),
  'DELETE /api/account': async () =>
    send(server, '/api/account', { method: 'DELETE', cookies: (await prepareSession()).cookies }),
  'GET /api/account/activity': get('/api/account/activity?limit=100'),
  'GET /api/account/security': get('/api/account/security'),
  'POST /api/account/totp': get('/api/account/totp', { method: 'POST' }),
  'POST /api/account/totp/confirm': async () => {
    const { cookies } = await prepareSession(await createPerson());
    const offered = await send(server, '/api/account/totp', { method: 'POST', cookies });
    const { ceremony, secret } = offered.json() as { ceremony: string; secret: string };
    return send(server, '/api/account/totp/confirm', {
      method: 'POST',
      cookies,
      json: { ceremony, code: codeOf(secret) },
    });
  },
  'POST /api/account/passkeys/options': get('/api/account/passkeys/options', { method: 'POST' }),
  'POST /api/account/passkeys': async () => {
    const { cookies } = await prepareSession(await createPerson());
    const asked = await send(server, '/api/account/passkeys/options', { method: 'POST', cookies });
    const { ceremony, options } = asked.json() as { ceremony: string; options: { challenge: string } };
    const attestation = attestationOf(newAuthenticator(), options);
    return send(server, '/api/account/passkeys', { method: 'POST', cookies, json: { ceremony, attestation } });
  },
  'PATCH /api/account/passkeys/[id]': async () => changePasskey('PATCH', { name: 'Renamed' }),
  'DELETE /api/account/passkeys/[id]': async () => changePasskey('DELETE'),
  'POST /api/account/recovery-codes': async () =>
    send(server, '/api/account/recovery-codes', { method: 'POST', cookies: (await protectedSession()).cookies }),
  'DELETE /api/account/totp': async () =>
    send(server, '/api/account/totp?last=true', { method: 'DELETE', cookies: (await protectedSession()).cookies }),
  'POST /api/account/email': ({ cookies }) => changeEmail(server, cookies, 'elsewhere@people.test'),
  'POST /api/account/email/confirm': () => confirmEmail(server, confirming?.cookies ?? {}, confirming?.code ?? ''),
  'GET /api/admin/users': byAdmin('GET', '/api/admin/users'),
  'GET /api/admin/users/[id]': byAdmin('GET', '/api/admin/users/[id]'),
  'PATCH /api/admin/users/[id]': byAdmin('PATCH', '/api/admin/users/[id]', { disabled: true }),
  'DELETE /api/admin/users/[id]/sessions': byAdmin('DELETE', '/api/admin/users/[id]/sessions'),
  'POST /api/admin/users/[id]/force-reset': byAdmin('POST', '/api/admin/users/[id]/force-reset'),
  'POST /api/admin/users/[id]/factor-reset': byAdmin('POST', '/api/admin/users/[id]/factor-reset', { reason: 'lost' }),
  'DELETE /api/admin/users/[id]/factor-reset': async () => {
    const lost = await protect(await createPerson());
    await requestFactorReset({ userId: lost.id, requestedBy: null, reason: 'lost' });
    const { cookies } = await prepareSession(admin);
    return send(server, `/api/admin/users/${lost.id}/factor-reset`, { method: 'DELETE', cookies });
  },
  'GET /api/admin/audit': byAdmin('GET', '/api/admin/audit'),
  'POST /api/admin/audit/export': byAdmin('POST', '/api/admin/audit/export', {
    from: '2026-01-01T00:00:00Z',
    type: 'key_promoted',
  }),
  'POST /api/auth/refresh': ({ refreshOnly }) =>
    send(server, '/api/auth/refresh', { method: 'POST', cookies: refreshOnly }),
  'POST /api/auth/logout': get('/api/auth/logout', { method: 'POST' }),
  'GET /api/auth/session': get('/api/auth/session'),
  'GET /api/auth/sessions': get('/api/auth/sessions'),
  'DELETE /api/auth/sessions': get('/api/auth/sessions', { method: 'DELETE' }),
  'DELETE /api/auth/sessions/[id]': ({ id, cookies }) =>
    send(server, `/api/auth/sessions/${id}`, { method: 'DELETE', cookies }),
  'PATCH /api/auth/sessions/[id]': ({ id, cookies }) =>
    send(server, `/api/auth/sessions/${id}`, { method: 'PATCH', cookies, json: { name: 'Kitchen tablet' } }),
  'GET /api/me': get('/api/me'),
  'POST /api/auth/token': () => ask(server, '/api/auth/token', CREDENTIALS),
  'POST /api/auth/token/refresh': () =>
    ask(server, '/api/auth/token/refresh', { refresh_token: programTokens?.refresh_token ?? '' }),
  'POST /api/oauth/introspect': ({ accessToken }) =>
    ask(server, '/api/oauth/introspect', { token: accessToken }, { headers: basic }),
  'POST /api/oauth/revoke': () => ask(server, '/api/oauth/revoke', { token: programTokens?.refresh_token ?? '' }),
  'GET /api/health': get('/api/health'),
  'GET /api/health/live': get('/api/health/live'),
  'GET /api/health/ready': get('/api/health/ready'),
  'GET /api/cron/clean': get('/api/cron/clean', scheduler),
  'GET /api/cron/mail': get('/api/cron/mail', scheduler),
  'GET /api/dev/mail': get('/api/dev/mail'),
  'GET /.well-known/jwks.json': get('/.well-known/jwks.json'),
  'GET /.well-known/change-password': get('/.well-known/change-password'),
  'GET /.well-known/passkey-endpoints': get('/.well-known/passkey-endpoints'),
  'GET /.well-known/oauth-authorization-server': get('/.well-known/oauth-authorization-server'),
  'GET /status-lists': get('/status-lists'),
  'GET /status-lists/[list]': get('/status-lists/0'),
  'GET /icon.svg': get('/icon.svg'),
};

/** What admins ask of the two lists, alone and together. */
const ADMIN_QUERIES: readonly string[] = [
  ...['search=pe', 'search=nobody', `search=${'A'.repeat(22)}`, 'role=admin', 'role=member', 'disabled=true'],
  ...['disabled=false', 'search=pe&role=admin', 'search=pe&disabled=true', 'role=admin&disabled=true', 'limit=100'],
].map((query) => `/api/admin/users?${query}`);
const AUDIT_QUERIES: readonly string[] = [
  ...['limit=100', 'cursor=50000', 'type=signed_in', 'type=key_promoted', 'user=ID', 'actor=ID', 'user=ID&actor=ID'],
  ...['from=2026-01-01T00:00:00Z', 'to=2026-01-01T00:00:00Z', 'user=ID&type=signed_in', 'actor=ID&type=role_changed'],
  ...['from=NOW', 'to=NOW', 'from=2026-01-01T00:00:00Z&to=NOW&type=signed_in&user=ID'],
].map((query) => `/api/admin/audit?${query}`);

/**
 * Every program behind `npm run` that works on the database of a server. Not among them are those for one developer
 * (`db:diff`, `db:seed`), `db:migrate`, which looks at every address: in batches, because it must, and `db:restored`, while
 * which nobody is served.
 */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  'db:clean': [],
  keys: ['status'],
  users: ['show', person.email],
  clients: ['list'],
};
const OTHER_COMMANDS = ['db:migrate', 'db:diff', 'db:seed', 'db:restored'];

/** Cuts the connections of this process first: the counters cut the others. */
async function reads(work: () => Promise<unknown>) {
  await db().$disconnect();
  const found = await readsOf(databaseUrl, () => work().finally(() => db().$disconnect()));
  counts.tried += 1;
  counts.held += found.whole.length === 0 ? 1 : 0;
  return found;
}

/** What the server answers, once its connections are there again. */
async function answering(ask: () => Promise<Answer>): Promise<void> {
  const isReady = async () => (await send(server, '/api/health/ready')).status;
  await expect.poll(isReady, { timeout: 15_000, interval: 100 }).toBe(200);
  const { status, text } = await ask();
  expect(status, text).toBeLessThan(400);
}

const counts = { tried: 0, held: 0 };
afterAll(() => proved({ what: 'pages, endpoints, lists and commands among 100,000 sessions', ...counts }));

const filesBelow = (folder: string, name: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => path.basename(file) === name);

/** A page, as one of its kind opens it. */
async function open(place: string): Promise<void> {
  middle ||= (await listUsers()).next ?? '';
  const { cookies } = await prepareSession(place.startsWith('/admin') ? admin : person);
  await answering(() => send(server, place.replace('MIDDLE', middle), { cookies }));
}

/** What an endpoint wants to find, and then the request. */
async function call(name: string, request: Case): Promise<void> {
  const session = await prepareSession(person);
  if (/token\/refresh|revoke/.test(name)) programTokens = (await signInProgram(server, person)).tokens;
  if (name.includes('reset-password')) {
    const forgetful = await createPerson();
    await askForReset(server, forgetful.email);
    resetToken = (await mailedReset(server, forgetful.email)).token;
  }
  if (name.includes('verify-email')) {
    const json = { email: 'confirmed@people.test', password: PASSWORD };
    const { cookies } = await send(server, '/api/auth/register', { method: 'POST', json });
    confirming = { cookies, code: await mailedCode(server, json.email) };
  }
  if (name.includes('email/confirm')) {
    const { cookies } = await prepareSession();
    const asked = await changeEmail(server, cookies, 'moved@people.test');
    confirming = { cookies: { ...cookies, ...asked.cookies }, code: await mailedCode(server, 'moved@people.test') };
  }
  if (name.includes('login/mfa')) {
    const guessed = await createPerson({ hasPassword: true });
    await failInARow(await accountBucket(guessed.email));
    const json = { email: guessed.email, password: PASSWORD };
    const { cookies } = await send(server, '/api/auth/login', { method: 'POST', json });
    confirming = { cookies, code: await mailedCode(server, guessed.email) };
  }
  await answering(() => request(session));
}

async function look(place: string): Promise<void> {
  const asked = place.replaceAll('=ID', `=${person.id}`).replaceAll('NOW', new Date().toISOString());
  const { cookies } = await prepareSession(admin);
  await answering(() => send(server, asked, { cookies }));
}

/** One deed each below `npm run prove`, which tells which of them reads too much; else all of them in one, which is quicker. */
const alone = <T>(all: readonly T[]): (readonly [name: string, T[]])[] =>
  isWhole ? all.map((one) => [String(one), [one]]) : [['all of them', [...all]]];

describe('with 25,000 people and 100,000 sessions nothing is read from end to end, by PostgreSQL’s own counters, by', () => {
  it.each(alone(Object.values(PAGES).flat()))('the pages: %s', async (_, places) => {
    const { touched, whole } = await reads(async () => {
      for (const place of places) await open(place);
    });
    expect(whole).toEqual([]);
    if (places.some((place) => place.startsWith('/admin/users'))) {
      expect(touched).toEqual(expect.arrayContaining(['Session', 'User']));
    }
    if (places.includes('/admin/keys')) expect(touched).toContain('Session');
  });

  it.each(alone(Object.keys(ENDPOINTS)))('the endpoints: %s', async (_, names) => {
    const { whole } = await reads(async () => {
      for (const name of names) await call(name, ENDPOINTS[name] as Case);
    });
    expect(whole).toEqual([]);
  });

  it.each(alone([...ADMIN_QUERIES, ...AUDIT_QUERIES]))('what admins look for: %s', async (_, places) => {
    const { touched, whole } = await reads(async () => {
      for (const place of places) await look(place);
    });
    const tables = new Set(places.map((place) => (place.includes('audit') ? 'AuditEvent' : 'User')));
    expect([touched, whole]).toEqual([expect.arrayContaining([...tables]), []]);
  });

  it.each(Object.entries(COMMANDS))('npm run %s', async (name, args) => {
    const { touched, whole } = await reads(() =>
      runCommand(`lib/server/cli/${name.replace('db:', '')}.ts`, testEnvironment(databaseUrl), [...args]),
    );
    expect(whole).toEqual([]);
    if (name !== 'clients') expect(touched).toContain('Session');
  });

  it.each([
    ['list', '--search', 'pe', '--disabled'],
    ['end-sessions', '--all', '--before', '2000-01-01T00:00:00Z'],
  ])('npm run users -- %s %s %s %s', async (...args) => {
    const { touched, whole } = await reads(() =>
      runCommand('lib/server/cli/users.ts', testEnvironment(databaseUrl), args),
    );
    expect([touched, whole]).toEqual([expect.arrayContaining([args[0] === 'list' ? 'User' : 'Session']), []]);
  });

  it('a change of role', async () => {
    const { email } = await createPerson({ role: 'admin' });
    const change = (role: string) =>
      runCommand('lib/server/cli/users.ts', testEnvironment(databaseUrl), ['role', email, role]);
    const { touched, whole } = await reads(async () => {
      await change('member');
      await change('admin');
    });
    expect([touched, whole]).toEqual([expect.arrayContaining(['User', 'Session']), []]);
  });

  it('a refresh that rotates, one of another device, and one whose token was used before', async () => {
    const { id, refreshToken } = await prepareSession(person);
    const renew = (token: string, agent: string) =>
      send(server, '/api/auth/refresh', {
        method: 'POST',
        cookies: { [COOKIE.refresh]: token },
        headers: { 'user-agent': agent },
      });
    const { touched, whole } = await reads(async () => {
      await answering(() =>
        renew(refreshToken, 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'),
      );
      await answering(() => renew(refreshToken, 'curl/8.0'));
      await ageRotation(id, 31);
      expect((await renew(refreshToken, 'curl/8.0')).status).toBe(401);
    });
    expect([touched, whole]).toEqual([expect.arrayContaining(['AuditEvent', 'Session']), []]);
  });

  it('an event that is counted in the row of its hour', async () => {
    const told = { type: 'network_refused', sessionId: 'session' } as const;
    const { touched, whole } = await reads(async () => {
      for (let n = 0; n < 2; n += 1) await recordRepeatedWith(told, 'session', db());
    });
    // The server looks for mail meanwhile.
    expect([touched.filter((table) => table !== 'Outbox'), whole]).toEqual([['AuditEvent'], []]);
  });

  it('the end of an account, with all that belongs to it', async () => {
    const { person: leaving } = await protectedSession();
    await db().$executeRaw`UPDATE "User" SET "deletesAt" = now() WHERE id = ${leaving.id}`;
    const { touched, whole } = await reads(async () => {
      expect(await deleteDueAccounts(10)).toBe(1);
    });
    expect([touched, whole]).toEqual([expect.arrayContaining(['AuditEvent', 'Session', 'User']), []]);
  });

  it('a login beyond the cap of sessions', async () => {
    const start = { userId: person.id, kind: 'browser', remember: true, amr: ['pwd'], facts: FACTS } as const;
    const { touched, whole } = await reads(async () => {
      for (let n = 0; n < 110; n += 1) await startSession({ ...start, broughtRefreshToken: null });
    });
    expect([touched, whole]).toEqual([expect.arrayContaining(['Session']), []]);
  });
});

describe('these cases are', () => {
  it('every page', () => {
    const pages = filesBelow('app', 'page.tsx').map(
      (file) => `/${file}`.replace(/\/\([^)]+\)|\/page\.tsx$/g, '') || '/',
    );
    expect(Object.keys(PAGES).sort()).toEqual(pages.filter((page) => !page.endsWith(NOTHING)).sort());
  });

  it('every endpoint', () => {
    const endpoints = filesBelow('app', 'route.ts')
      .filter((file) => !file.includes('[[...path]]'))
      .flatMap((file) => [...readFileSync(path.join('app', file), 'utf8').matchAll(/Route\(\s*'([A-Z]+ \/[^']+)'/g)])
      .map(([, name = '']) => name);
    expect(Object.keys(ENDPOINTS).sort()).toEqual([...endpoints, 'GET /icon.svg'].sort());
  });

  it('every command that works on a database', () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync('package.json', 'utf8'));
    const programs = Object.keys(scripts).filter((name) => /lib\/server\/cli|prisma\/seed/.test(scripts[name] ?? ''));
    expect([...Object.keys(COMMANDS), ...OTHER_COMMANDS].sort()).toEqual(programs.sort());
  });
});
