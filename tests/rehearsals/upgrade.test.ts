import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { toBase64Url } from '@/lib/core/encoding';
import { hashSessionSecret, mintRefreshToken, refreshMacKeys } from '@/lib/core/token/refresh-token';
import { db } from '@/lib/server/database/client';
import { applyMigrations } from '@/lib/server/database/migration-runner';
import { ensureKeys, loadKeyring } from '@/lib/server/keys/keyring';
import { rootSecrets } from '@/lib/server/keys/root-secrets';
import { bcryptOf, formatStored, newSalt, passwordBytes } from '@/lib/server/passwords/hash';
import { runCommand } from '@/tests/support/database/postgres';
import { sql } from '@/tests/support/database/sql';
import { useDatabase } from '@/tests/support/database/use-database';
import { send } from '@/tests/support/http/requests';
import { COOKIE, PASSWORD } from '@/tests/support/people';
import { REPOSITORY, testEnvironment } from '@/tests/support/server/environment';
import { useServer } from '@/tests/support/server/use-server';

const { url } = await useDatabase('empty');

/** The last one of version 0.1.0. */
const LAST_MIGRATION = '20261123073258_services';
const PEOPLE = 2_000;
const OWNER = { id: toBase64Url(randomBytes(16)), email: 'of-before@people.test' };
const SESSION = { id: toBase64Url(randomBytes(16)), secret: new Uint8Array(randomBytes(16)) };

async function migrateToOldVersion(): Promise<void> {
  const root = await mkdtemp(path.join(os.tmpdir(), 'handstamp-upgrade-'));
  afterAll(() => rm(root, { recursive: true, force: true }));
  const migrations = path.join(root, 'prisma', 'migrations');
  for (const name of await readdir(path.join(REPOSITORY, 'prisma', 'migrations'))) {
    if (name > LAST_MIGRATION) continue;
    await cp(path.join(REPOSITORY, 'prisma', 'migrations', name), path.join(migrations, name), { recursive: true });
  }
  await applyMigrations(url, root);
}

/** What the version left: people with sessions, events and revocations, one of them with a password that is known here. */
async function fillAsOldVersion(): Promise<void> {
  await ensureKeys();
  const { pepper } = (await loadKeyring()).data;
  await db().$disconnect();
  const hash = bcryptOf(passwordBytes(PASSWORD), pepper.current.bytes, newSalt(10));
  await sql(url, `INSERT INTO "User" (id, email, role) VALUES ($1, $2, 'admin')`, [OWNER.id, OWNER.email]);
  await sql(url, `INSERT INTO "Password" ("userId", hash) VALUES ($1, $2)`, [
    OWNER.id,
    formatStored(pepper.current.id, hash),
  ]);
  await sql(
    url,
    `INSERT INTO "Session" (id, "userId", kind, "secretHash", "idleSeconds", "idleExpiresAt", "absoluteExpiresAt", remember, amr)
     VALUES ($1, $2, 'browser', $3, 604800, now() + interval '7 days', now() + interval '30 days', true, '{pwd}')`,
    [SESSION.id, OWNER.id, Buffer.from(await hashSessionSecret(SESSION.secret))],
  );
  await sql(
    url,
    `INSERT INTO "User" (id, email) SELECT 'old person ' || n, 'Old.' || n || '@People.test' FROM generate_series(1, ${PEOPLE}) n;
     INSERT INTO "Session" (id, "userId", kind, "secretHash", "idleSeconds", "idleExpiresAt", "absoluteExpiresAt", remember,
       amr, "endedAt", "endReason")
     SELECT 'old session ' || n, 'old person ' || n, 'browser', sha256(n::text::bytea), 604800, now() + interval '7 days',
       now() + interval '30 days', true, '{pwd}', CASE WHEN n % 3 = 0 THEN now() END,
       CASE WHEN n % 3 = 0 THEN 'signed_out'::"SessionEndReason" END FROM generate_series(1, ${PEOPLE}) n;
     INSERT INTO "Revocation" ("statusNumber", "keepUntil")
     SELECT "statusNumber", now() + interval '16 minutes' FROM "Session" WHERE "endedAt" IS NOT NULL;
     INSERT INTO "AuditEvent" (type, "userId", "sessionId") SELECT 'signed_in', "userId", id FROM "Session";
     INSERT INTO "Ceremony" (id, purpose, "expiresAt") VALUES ('old', 'sign-up', now() + interval '5 minutes');
     INSERT INTO "RateLimit" (key, failures, "expiresAt") VALUES ('old', 3, now() + interval '1 day');
     INSERT INTO "Outbox" ("to", subject, text, html) VALUES ('somebody@people.test', 'A subject', 'A text', '<p>A text</p>')`,
  );
}

let printed = '';
beforeAll(async () => {
  await migrateToOldVersion();
  await fillAsOldVersion();
  printed = await runCommand('lib/server/cli/migrate.ts', testEnvironment(url));
});

it('db:migrate takes a database of version 0.1.0 with all that is in it, and everybody goes on', async () => {
  expect(printed).toMatch(/^Applied \d+_sealed_mail$/m);
  expect(printed).toContain(`Wrote ${PEOPLE} stored addresses in their one spelling.`);
  expect(await db().user.count()).toBe(PEOPLE + 1);
  expect(await db().session.count({ where: { endedAt: null } })).toBe(PEOPLE - Math.floor(PEOPLE / 3) + 1);
  expect(await db().outbox.count()).toBe(1);

  const server = await useServer({ databaseUrl: url });
  const { id: sessionId, secret } = SESSION;
  const token = await mintRefreshToken({ sessionId, counter: 0, secret }, await refreshMacKeys(await rootSecrets()));
  const cookies = { [COOKIE.refresh]: token };
  const renewed = await send(server, '/api/auth/refresh', { method: 'POST', cookies });
  expect(renewed.status, renewed.text).toBe(200);
  const json = { email: 'OF-before@people.test', password: PASSWORD };
  const login = await send(server, '/api/auth/login', { method: 'POST', json });
  expect(login.status, login.text).toBe(200);
  for (const page of ['/dashboard', '/account/activity', '/account/sessions', '/admin/users', '/admin/audit']) {
    expect([page, (await send(server, page, { cookies: login.cookies })).status]).toEqual([page, 200]);
  }
  expect(await runCommand('lib/server/cli/clean.ts', testEnvironment(url))).toContain('sessions: 0');
});
