import { afterAll, describe, expect, it } from 'vitest';
import { toBase64Url } from '@/lib/core/encoding';
import { importRootSecrets, parseAuthSecret } from '@/lib/core/keys/auth-secret';
import { wrapSecret } from '@/lib/core/keys/wrapping';
import { db } from '@/lib/server/database/client';
import { randomBytes } from '@/lib/server/keys/random';
import { sendDue } from '@/lib/server/mail/drain';
import { assertSafeHeaders } from '@/lib/server/mail/mailer';
import { queueMail } from '@/lib/server/mail/outbox';
import { runCommand } from '@/tests/support/database/postgres';
import { sql } from '@/tests/support/database/sql';
import { useDatabase } from '@/tests/support/database/use-database';
import { SITE, send } from '@/tests/support/http/requests';
import { startSmtpSink, subjectOf } from '@/tests/support/http/smtp-sink';
import { COOKIE, only } from '@/tests/support/people';
import { TEST_AUTH_SECRET, testEnvironment } from '@/tests/support/server/environment';
import { startServer } from '@/tests/support/server/server';

const { url: databaseUrl } = await useDatabase();
const sink = await startSmtpSink();
afterAll(() => sink.stop());
process.env['SMTP_URL'] = sink.url;

const NEW_SECRET = 'bmV3IHNlY3JldCBvZiB0aGUgdGVzdHMsIG9mIG5vIHVzZQ';
const PASSWORD = 'grey-heron-counts-the-lanterns';
const SOON = { timeout: 30_000 };
const EMAIL = 'ada@example.test';
const env = (AUTH_SECRET: string) => ({ SMTP_URL: sink.url, APP_ORIGIN: SITE, AUTH_SECRET });

/** Everything that a reader of the database finds in the outbox. */
const dump = async () => JSON.stringify(await sql(databaseUrl, 'SELECT "Outbox"::text AS row FROM "Outbox"'));
const letMinutePass = () =>
  sql(databaseUrl, `UPDATE "Outbox" SET "nextAttemptAt" = "nextAttemptAt" - interval '1 minute'`);
const makeClear = (fields: { to: string; subject: string; text: string; html: string }) =>
  db().outbox.create({ data: fields });

// Promise: A reader of the database sees no code
describe('a mail that waits', () => {
  it('opens though another data key seals by now', async () => {
    sink.forget();
    await queueMail(EMAIL, { subject: 'Sealed before', text: 'A text', html: '<p>A text</p>' });
    await addSealKey();
    await expect.poll(async () => (await sendDue()).sent, SOON).toBe(1);
    expect(sink.received.map(subjectOf)).toEqual(['Sealed before']);
    await queueMail(EMAIL, { subject: 'Sealed after', text: 'A text', html: '<p>A text</p>' });
    expect(await sendDue()).toEqual({ sent: 1, failed: 0 });
  });

  it('in clear, as version 0.1 wrote it, is sent, too', async () => {
    sink.forget();
    await makeClear({ to: EMAIL, subject: 'From before', text: 'A text', html: '<p>A text</p>' });
    expect(await sendDue()).toEqual({ sent: 1, failed: 0 });
    expect(sink.received.map(subjectOf)).toEqual(['From before']);
  });

  it('is refused by version 0.1, which would send it empty while it still runs beside a newer one', async () => {
    await queueMail(EMAIL, { subject: 'Sealed', text: 'A text', html: '<p>A text</p>' });
    const [row] = await db().outbox.findMany({ select: { to: true, subject: true } });
    expect(() => assertSafeHeaders({ to: row?.to ?? '', subject: row?.subject ?? '' })).toThrow('must be one line');
    expect(await sendDue()).toEqual({ sent: 1, failed: 0 });
  });

  it('and cannot be opened is tried again, and never sent empty', async () => {
    sink.forget();
    await db().outbox.create({ data: { to: EMAIL, sealed: 'x' } });
    expect(await sendDue()).toEqual({ sent: 0, failed: 1 });
    expect(sink.received).toEqual([]);
    expect(await db().outbox.count()).toBe(1);
    await db().outbox.deleteMany();
  });

  // The last one: after it, the secret of this process opens nothing any more.
  it('shows a reader of the database no code and no word, outlives a new AUTH_SECRET, and arrives by the clock of a server', async () => {
    sink.forget();
    sink.refuse(451);
    const before = await startServer({ databaseUrl, env: env(TEST_AUTH_SECRET) });
    const json = { email: EMAIL, password: PASSWORD };
    const begun = await send(before, '/api/auth/register', { method: 'POST', json });
    expect(begun.status).toBe(202);
    await expect.poll(() => sql(databaseUrl, 'SELECT attempts FROM "Outbox"'), SOON).toEqual([{ attempts: 1 }]);
    const seen = await dump();
    await before.stop();

    // A secret takes the place of another, as the runbook says it.
    const both = { ...testEnvironment(databaseUrl), AUTH_SECRET: `${NEW_SECRET},${TEST_AUTH_SECRET}` };
    expect(await runCommand('lib/server/cli/keys.ts', both, ['rewrap'])).toContain('now wrapped by the first entry');
    expect(await runCommand('lib/server/cli/keys.ts', both, ['status'])).toContain('may go');

    sink.refuse(null);
    const after = await startServer({ databaseUrl, env: env(NEW_SECRET) });
    await letMinutePass();
    // Nobody asks this server for anything.
    await expect.poll(() => sink.received.length, SOON).toBe(1);
    const { recipients, source } = sink.received[0] ?? { recipients: [], source: '' };
    expect(recipients).toEqual([EMAIL]);
    const code = /^(\d{6})\r$/m.exec(source)?.[1] ?? '';
    expect(code).not.toBe('');
    for (const word of [code, 'code', 'Handstamp', 'browser', '<p']) expect(seen).not.toContain(word);
    expect(seen).toContain(EMAIL);

    const pending = only(begun.cookies, COOKIE.pending);
    const verified = await send(after, '/api/auth/verify-email', { method: 'POST', cookies: pending, json: { code } });
    expect(verified.status).toBe(200);
    await after.stop();
  }, 180_000);
});

/** Makes a data key that seals from now on; the one before is kept for what it sealed. */
async function addSealKey(): Promise<void> {
  const parsed = parseAuthSecret(TEST_AUTH_SECRET);
  if (!parsed.ok) throw new Error(parsed.code);
  const id = toBase64Url(randomBytes(6));
  const roots = await importRootSecrets(parsed.value);
  const wrapped = await wrapSecret(randomBytes(32), roots, { purpose: 'seal', id }, randomBytes);
  await db().$executeRaw`UPDATE "Key" SET slot = NULL WHERE purpose = 'seal'`;
  await db().key.create({ data: { id, purpose: 'seal', slot: 'current', ...wrapped } });
}
