import { spawn } from 'node:child_process';
import { db } from '@/lib/server/database/client';
import { startSession } from '@/lib/server/sessions/start';
import { createDatabase, dropDatabase, startPostgres } from '@/tests/support/database/postgres';
import { readsOf } from '@/tests/support/database/scans';
import { sql } from '@/tests/support/database/sql';
import { testEnvironment } from '@/tests/support/server/environment';
import { isFull, postgresVersion, quantile, quantity, say, type Table, writeReport } from './report';
import { LOAD_SETTINGS, ORIGIN, startVariant } from './variants';

const PEOPLE = isFull ? 1_000_000 : 100_000;
const [SESSIONS, EVENTS] = [PEOPLE * 3, PEOPLE * 5];
/** Events of the export whose memory is measured. */
const EXPORTED = isFull ? 1_000_000 : 300_000;
const REQUESTS = 300;
const AIM_MS = 150;

const postgres = await startPostgres();
const databaseUrl = await createDatabase(postgres.adminUrl);
Object.assign(process.env, testEnvironment(databaseUrl), LOAD_SETTINGS);

/** People over three years, a fifth of them with a second factor; one in five hundred is disabled, twenty are admins. */
const FILL = [
  `INSERT INTO "User" (id, email, name, "createdAt", "disabledAt")
   SELECT substr(translate(encode(sha256(('u' || n)::bytea), 'base64'), '+/=', '-_A'), 1, 22),
     substr(md5(n::text), 1, 6) || '.' || n || '@bench.test', 'Bench', now() - n * interval '94 seconds',
     CASE WHEN n % 500 = 7 THEN now() END
   FROM generate_series(1, ${PEOPLE}) n`,
  `UPDATE "User" SET role = 'admin' WHERE id IN (SELECT id FROM "User" ORDER BY id LIMIT 20)`,
  `CREATE TABLE numbered AS SELECT id, row_number() OVER () AS n FROM "User"`,
  'CREATE UNIQUE INDEX numbered_n ON numbered (n)',
  `INSERT INTO "Totp" ("userId", secret, "keyId", "lastStep") SELECT id, 'none', 'none', 0 FROM numbered WHERE n % 10 = 1`,
  `INSERT INTO "Passkey" (id, "userId", "credentialId", "publicKey", counter, "backupEligible", "backedUp", aaguid, name)
   SELECT id, id, sha256(id::bytea), 'none', 0, true, true, 'none', 'none' FROM numbered WHERE n % 10 = 2`,
  `INSERT INTO "Session" (id, "userId", kind, "secretHash", "idleSeconds", "idleExpiresAt", "absoluteExpiresAt", remember, amr,
     "endedAt", ip, device)
   SELECT 'bench session ' || made.n, p.id, 'browser', '', 604800, now() + interval '7 days', now() + interval '29 days', true,
     '{pwd}', CASE WHEN made.n % 2 = 0 THEN now() - interval '1 hour' END, '192.0.2.' || made.n % 250, 'Firefox on Linux'
   FROM generate_series(1, ${SESSIONS}) AS made(n) JOIN numbered p ON p.n = 1 + made.n % ${PEOPLE}`,
  `INSERT INTO "AuditEvent" (type, "userId", "actorId", at, ip, "userAgent")
   SELECT CASE WHEN made.n % 1000 = 0 THEN 'role_changed' WHEN made.n % 3 = 0 THEN 'signed_in' WHEN made.n % 3 = 1 THEN 'signed_out'
       ELSE 'device_changed' END,
     p.id, CASE WHEN made.n % 1000 = 0 THEN (SELECT id FROM numbered WHERE n = 1) END,
     now() - (${EVENTS} - made.n) * interval '3 seconds', '192.0.2.' || made.n % 250,
     'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
   FROM generate_series(1, ${EVENTS}) AS made(n) JOIN numbered p ON p.n = 1 + made.n % ${PEOPLE} ORDER BY made.n`,
  'DROP TABLE numbered',
];
for (const statement of FILL) {
  await sql(databaseUrl, statement);
  say(statement.slice(0, 60).replaceAll(/\s+/g, ' '));
}
for (const table of ['User', 'Totp', 'Passkey', 'Session', 'AuditEvent']) {
  await sql(databaseUrl, `VACUUM ANALYZE "${table}"`);
}

const server = await startVariant('product', databaseUrl, LOAD_SETTINGS, []);
const [admin] = await sql<{ id: string }>(
  databaseUrl,
  `SELECT id FROM "User" WHERE role = 'admin' AND "disabledAt" IS NULL LIMIT 1`,
);
const [actor] = await sql<{ id: string }>(
  databaseUrl,
  `SELECT "actorId" AS id FROM "AuditEvent" WHERE "actorId" IS NOT NULL LIMIT 1`,
);
const facts = { userAgent: null, device: null, ip: null };
const start = { userId: admin?.id ?? '', kind: 'browser', remember: true, amr: ['pwd'], facts } as const;
const tokens = await startSession({ ...start, broughtRefreshToken: null });
if (tokens === null) throw new Error('The admin is gone');
const headers = {
  cookie: `handstamp-access=${tokens.accessToken}; handstamp-refresh=${tokens.refreshToken}`,
  origin: ORIGIN,
};
const people = await sql<{ id: string; email: string; at: Date }>(
  databaseUrl,
  `SELECT id, email, "createdAt" AS at FROM "User" TABLESAMPLE SYSTEM (1) LIMIT ${REQUESTS}`,
);
await db().$disconnect();

type Somebody = { readonly id: string; readonly email: string; readonly at: Date };
const place = ({ id, at }: Somebody) => `${at.getTime()}.${id}`;
const when = ({ at }: Somebody) =>
  encodeURIComponent(new Date(Date.now() - (Date.now() - at.getTime()) / 8).toISOString());

/** Every page and filter, each asked for somebody else every time. */
const ASKED: Readonly<Record<string, (one: Somebody) => string>> = {
  'the page of users': () => '/admin/users',
  'the page of users, further on': (one) => `/admin/users?after=${place(one)}`,
  'the page of users, search by two characters': ({ email }) => `/admin/users?search=${email.slice(0, 2)}`,
  'the page of a person': ({ id }) => `/admin/users/${id}`,
  'the page of the audit log': () => '/admin/audit',
  'users, by address': ({ email }) => `/api/admin/users?search=${email}`,
  'users, by id': ({ id }) => `/api/admin/users?search=${id}`,
  'users, a hundred': (one) => `/api/admin/users?limit=100&cursor=${place(one)}`,
  'users, admins': () => '/api/admin/users?role=admin',
  'users, admins by two characters': ({ email }) => `/api/admin/users?role=admin&search=${email.slice(0, 2)}`,
  'users, disabled': () => '/api/admin/users?disabled=true',
  'users, disabled by two characters': ({ email }) => `/api/admin/users?disabled=true&search=${email.slice(0, 2)}`,
  'a person': ({ id }) => `/api/admin/users/${id}`,
  'events, the newest hundred': () => '/api/admin/audit?limit=100',
  'events, by type': () => '/api/admin/audit?type=role_changed',
  'events, by a type that there is none of': () => '/api/admin/audit?type=key_revoked',
  'events, of a person': ({ id }) => `/api/admin/audit?user=${id}`,
  'events, of a person by type': ({ id }) => `/api/admin/audit?user=${id}&type=signed_in`,
  'events, by an admin': () => `/api/admin/audit?actor=${actor?.id ?? ''}`,
  'events, before a moment': (one) => `/api/admin/audit?to=${when(one)}`,
  'events, by type between two moments': (one) =>
    `/api/admin/audit?type=role_changed&from=${when(one)}&to=${encodeURIComponent(new Date().toISOString())}`,
};

async function ask(path: string): Promise<number> {
  const startedAt = performance.now();
  const answer = await fetch(`${server.origin}${path}`, { headers, redirect: 'manual' });
  await answer.arrayBuffer();
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`);
  return performance.now() - startedAt;
}

const faults: string[] = [];

/** The counters cut the connections of the server, which notices at its next request. */
async function untilAnswered(path: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await fetch(`${server.origin}${path}`, { headers }).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.status === 200) return;
    if (attempt === 100) throw new Error(`${path} is not answered any more`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Resident memory of the server, in bytes. */
async function residentMemory(): Promise<number> {
  const child = spawn('ps', ['-o', 'rss=', '-p', String(server.process.pid)]);
  let text = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) text += String(chunk);
  return Number(text) * 1_024;
}

type Export = { readonly lines: number; readonly seconds: number; readonly memory: readonly number[] };

/** Takes that many events, as fast as they come, and looks meanwhile at the memory of the server. */
async function exportOf(events: number): Promise<Export> {
  const body = JSON.stringify({ from: new Date(Date.now() - events * 3_000).toISOString() });
  const startedAt = performance.now();
  const answer = await fetch(`${server.origin}/api/admin/audit/export`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body,
  });
  if (answer.status !== 200 || answer.body === null) throw new Error(`The export answered ${answer.status}`);
  let [lines, looked] = [0, 0];
  const memory: number[] = [];
  for await (const chunk of answer.body) {
    for (const byte of chunk) if (byte === 10) lines += 1;
    if (performance.now() - looked < 200) continue;
    looked = performance.now();
    memory.push(await residentMemory());
  }
  return { lines, seconds: (performance.now() - startedAt) / 1_000, memory };
}

// While the proof of the admin is recent. The first one compiles what runs.
await exportOf(EXPORTED / 10);
const { lines, seconds, memory } = await exportOf(EXPORTED);
const third = Math.ceil(memory.length / 3);
const [early, late] = [quantile(memory.slice(0, third), 0.5), quantile(memory.slice(-third), 0.5)];
if (late > early * 1.5) faults.push('The further an export goes, the more memory the server has.');

const rows: string[][] = [];
for (const [name, path] of Object.entries(ASKED)) {
  const times: number[] = [];
  for (let n = 0; n < REQUESTS; n += 1)
    times.push(await ask(path(people[n % people.length] ?? { id: '', email: '', at: new Date() })));
  // The first ones compile, and wait for what the cache does not have yet.
  const [median, last] = [quantile(times.slice(20), 0.5), quantile(times.slice(20), 0.99)];
  let whole: readonly string[] = ['not looked at'];
  const look = () =>
    readsOf(databaseUrl, () => untilAnswered(path(people[0] ?? { id: '', email: '', at: new Date() })));
  whole = (await look()).whole;
  rows.push([name, quantity(median * 1_000, 'time'), quantity(last * 1_000, 'time'), whole.join(', ') || 'none']);
  if (last > AIM_MS) faults.push(`${name}: the 99th of a hundred took ${last.toFixed(0)} ms, more than ${AIM_MS}.`);
  if (whole.length > 0) faults.push(`${name} reads ${whole.join(', ')} whole.`);
  say(rows.at(-1)?.join(' | ') ?? '');
}

const tables: Table[] = [
  {
    heading: `${PEOPLE.toLocaleString('en')} people, ${SESSIONS.toLocaleString('en')} sessions, ${EVENTS.toLocaleString('en')} events`,
    columns: ['asked one after another', 'median', '99 of 100', 'tables read whole'],
    rows,
    notes: [`Aim: 99 of 100 within ${AIM_MS} ms. ${REQUESTS - 20} requests of each, for somebody else every time.`],
  },
  {
    heading: 'An export of the audit log',
    columns: ['events', 'time', 'resident memory in the first third', 'in the last third', 'at most'],
    rows: [
      [
        lines.toLocaleString('en'),
        `${seconds.toFixed(1)} s`,
        quantity(early, 'bytes'),
        quantity(late, 'bytes'),
        quantity(Math.max(...memory), 'bytes'),
      ],
    ],
    notes: [
      'Medians of the memory of the whole server, five looks a second. Aim: no more in the last third than one and a half of ' +
        'what it was in the first, because garbage comes and goes.',
    ],
  },
];
writeReport({ postgres: await postgresVersion(postgres.adminUrl), tables, faults });
server.process.kill();
await dropDatabase(postgres.adminUrl, databaseUrl);
await postgres.stop();
