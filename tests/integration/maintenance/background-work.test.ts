import { afterAll, expect, it } from 'vitest';
import { register } from '@/instrumentation';
import { db } from '@/lib/server/database/client';
import { queueMail } from '@/lib/server/mail/outbox';
import { useDatabase } from '@/tests/support/database/use-database';
import { startSmtpSink } from '@/tests/support/http/smtp-sink';

await useDatabase();
const sink = await startSmtpSink();
afterAll(async () => {
  await db().$disconnect();
  await sink.stop();
});
process.env['SMTP_URL'] = sink.url;
process.env['NEXT_RUNTIME'] = 'nodejs';

/** Longer than a clock ever waits between two looks. */
const LOOK_MS = 6_500;

it('a process that begins sends the mail that waits, but not where the platform stops it between requests', async () => {
  await queueMail('waiting@people.test', { subject: 'A subject', text: 'A text', html: '<p>A text</p>' });
  process.env['VERCEL'] = '1';
  await register();
  await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  expect(sink.received).toEqual([]);

  delete process.env['VERCEL'];
  await register();
  await expect.poll(() => sink.received.length, { timeout: 20_000 }).toBe(1);
}, 60_000);
