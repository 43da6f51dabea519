import { afterAll, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { useDatabase } from '@/tests/support/database/use-database';
import { setNewPassword } from '@/tests/support/http/mail-links';
import { send } from '@/tests/support/http/requests';
import { startSmtpSink, subjectOf } from '@/tests/support/http/smtp-sink';
import { createPerson } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const sink = await startSmtpSink();
afterAll(() => sink.stop());
const env = { SMTP_URL: sink.url, MAIL_FROM: 'Handstamp <no-reply@people.test>', CRON_SECRET: 'c'.repeat(40) };
const server = await useServer({ databaseUrl, env });
const NEW_PASSWORD = 'ninety-copper-geese-over-the-loch';

const ask = (email: string) => send(server, '/api/auth/forgot-password', { method: 'POST', json: { email } });
const until = (count: number) => expect.poll(() => sink.received.length, { timeout: 15_000 }).toBe(count);
/** Undoes quoted-printable (RFC 2045 §6.7), as a mail program does. */
const textOf = (source: string) =>
  source
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

it('a forgotten password is set anew by what a mail server was given', async () => {
  const { email } = await createPerson({ hasPassword: true });
  await ask(email);
  await until(1);
  const [mail] = sink.received;
  expect([mail?.recipients, mail && subjectOf(mail)]).toEqual([[email], 'Choose a new password']);
  const token = /\/reset-password\?token=([\w-]{43})\r?\n/.exec(textOf(mail?.source ?? ''))?.[1] ?? '';
  expect((await setNewPassword(server, token, NEW_PASSWORD)).status).toBe(204);
  const json = { email, password: NEW_PASSWORD };
  expect((await send(server, '/api/auth/login', { method: 'POST', json })).status).toBe(200);
  await until(3);
  const subjects = sink.received.map(subjectOf).sort();
  expect(subjects).toEqual(['A new device signed in', 'Choose a new password', 'Your password was changed']);
});

it('a mail server that refuses or is slow holds up no answer, and the mail comes when it is ready', async () => {
  const { email } = await createPerson({ hasPassword: true });
  sink.forget();
  sink.refuse(451);
  expect((await ask(email)).status).toBe(202);
  await expect
    .poll(async () => (await db().outbox.findFirst({ where: { to: email } }))?.attempts ?? 0, { timeout: 15_000 })
    .toBeGreaterThanOrEqual(1);
  sink.refuse(null);
  let ready: () => void = () => undefined;
  sink.hold(
    new Promise((resolve) => {
      ready = resolve;
    }),
  );
  await db().$executeRaw`UPDATE "Outbox" SET "nextAttemptAt" = now()`;
  const drained = send(server, '/api/cron/mail', { headers: { authorization: `Bearer ${env.CRON_SECRET}` } });
  await expect.poll(() => sink.atOnce.now, { timeout: 15_000 }).toBe(1);
  expect((await ask(email)).status).toBe(202);
  expect(sink.received).toEqual([]);
  ready();
  expect((await drained).status).toBe(200);
  await until(2);
});
