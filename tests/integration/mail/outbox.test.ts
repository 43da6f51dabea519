import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { db } from '@/lib/server/database/client';
import { drainOutbox, queueMail } from '@/lib/server/mail/outbox';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';

const { url } = await useDatabase();
afterAll(() => db().$disconnect());

const TO = 'member@handstamp.test';
const message = { subject: 'Your Handstamp code', text: 'Code 042137 for Zoë\n', html: '<p>Code 042137</p>' };

type Received = { readonly recipients: string[]; readonly source: string };
let received: Received[] = [];
/** What the server answers to a recipient; null: accepted. */
let refusal: Error | null = null;
let server: SMTPServer;
let port = 0;

function startSmtpServer(onPort = 0): Promise<void> {
  server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo: (_address, _session, callback) => callback(refusal),
    onData(stream, session, callback) {
      let source = '';
      stream.setEncoding('utf8');
      stream.on('data', (chunk: string) => {
        source += chunk;
      });
      stream.on('end', () => {
        received.push({ recipients: session.envelope.rcptTo.map(({ address }) => address), source });
        callback();
      });
    },
  });
  return new Promise((resolve) => server.listen(onPort, '127.0.0.1', () => resolve()));
}

const stopSmtpServer = () => new Promise<void>((resolve) => server.close(() => resolve()));

beforeAll(async () => {
  await startSmtpServer();
  port = (server.server.address() as AddressInfo).port;
  process.env['SMTP_URL'] = `smtp://127.0.0.1:${port}`;
  process.env['MAIL_FROM'] = 'Handstamp <no-reply@handstamp.test>';
});
afterAll(() => stopSmtpServer());

let logged: string[] = [];
beforeEach(async () => {
  await db().outbox.deleteMany();
  received = [];
  refusal = null;
  logged = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
    logged.push(String(line));
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

/** Moves the next attempts and births of all mails into the past: the same to the outbox as waiting. */
async function letPass(seconds: number): Promise<void> {
  await db().$executeRaw`
    UPDATE "Outbox" SET
      "nextAttemptAt" = "nextAttemptAt" - ${seconds} * interval '1 second',
      "createdAt" = "createdAt" - ${seconds} * interval '1 second'`;
}

/** Whole minutes until the next attempt of the only mail. */
async function minutesToNextAttempt(): Promise<number | undefined> {
  const [row] = await db().$queryRaw<{ minutes: number }[]>`
    SELECT round(extract(epoch FROM "nextAttemptAt" - now()) / 60)::int AS minutes FROM "Outbox"`;
  return row?.minutes;
}

describe('a queued mail', () => {
  test('costs one statement and is not sent', async () => {
    const { total } = await countStatements(url, () => queueMail(TO, message));
    expect(total).toBe(1);
    expect(received).toEqual([]);
    expect(await db().outbox.count()).toBe(1);
  });

  test('is sent once by the next drain, in both forms, and then gone', async () => {
    await queueMail(TO, message);
    expect(await drainOutbox()).toEqual({ sent: 1, failed: 0 });
    expect(received).toHaveLength(1);
    expect(received[0]?.recipients).toEqual([TO]);
    const source = received[0]?.source ?? '';
    expect(source).toMatch(/^From: Handstamp <no-reply@handstamp\.test>\r$/m);
    expect(source).toMatch(/^To: member@handstamp\.test\r$/m);
    expect(source).toMatch(/^Subject: Your Handstamp code\r$/m);
    expect(source).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(source).toMatch(/text\/plain; charset=utf-8[\s\S]*Code 042137 for Zo=C3=AB[\s\S]*text\/html/);
    expect(await db().outbox.count()).toBe(0);
    expect(await drainOutbox()).toEqual({ sent: 0, failed: 0 });
  });

  test('of a transaction that fails is never sent', async () => {
    const failing = db().$transaction(async (transaction) => {
      await queueMail(TO, message, transaction);
      throw new Error('undone');
    });
    await expect(failing).rejects.toThrow('undone');
    expect(await drainOutbox()).toEqual({ sent: 0, failed: 0 });
  });

  test.each([
    [`${TO}\r\nBcc: thief@evil.example`, message],
    [`${TO}, thief@evil.example`, message],
    [TO, { ...message, subject: 'Hello\r\nBcc: thief@evil.example' }],
  ])('is refused when its headers would say more than one recipient and one subject: %j', async (to, hostile) => {
    await expect(queueMail(to, hostile)).rejects.toThrow(/exactly one address|must be one line/);
    expect(await db().outbox.count()).toBe(0);
  });
});

describe('draining', () => {
  test('sends the oldest first and no more than it was asked to', async () => {
    for (const n of [1, 2, 3]) await queueMail(TO, { ...message, subject: `Mail ${n}` });
    expect(await drainOutbox(2)).toEqual({ sent: 2, failed: 0 });
    expect(received.map(({ source }) => /^Subject: (.*)\r$/m.exec(source)?.[1])).toEqual(['Mail 1', 'Mail 2']);
    expect(await db().outbox.count()).toBe(1);
  });

  test('from five places at once sends every mail exactly once', async () => {
    const subjects = Array.from({ length: 20 }, (_, n) => `Mail ${n}`);
    for (const subject of subjects) await queueMail(TO, { ...message, subject });
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => drainOutbox()));
    expect(outcomes.reduce((sum, { sent }) => sum + sent, 0)).toBe(20);
    expect(outcomes.filter(({ sent }) => sent > 0).length).toBeGreaterThan(1);
    const seen = received.map(({ source }) => /^Subject: (.*)\r$/m.exec(source)?.[1] ?? '');
    expect(seen.sort()).toEqual(subjects.sort());
  });
});

describe('a mail that cannot be sent', () => {
  test('waits while the server is down, longer each time, and goes out when it is back', async () => {
    await queueMail(TO, message);
    await stopSmtpServer();
    const waits: (number | undefined)[] = [];
    for (let attempt = 0; attempt < 4; attempt += 1) {
      expect(await drainOutbox()).toEqual({ sent: 0, failed: 1 });
      expect(await drainOutbox()).toEqual({ sent: 0, failed: 0 });
      waits.push(await minutesToNextAttempt());
      await letPass(60 * 2 ** attempt);
    }
    expect(waits).toEqual([1, 2, 4, 8]);
    await startSmtpServer(port);
    expect(await drainOutbox()).toEqual({ sent: 1, failed: 0 });
    expect(received).toHaveLength(1);
  });

  test('does not hold up the ones behind it', async () => {
    await queueMail('refused@handstamp.test', message);
    refusal = new Error('no such user');
    await drainOutbox();
    refusal = null;
    await queueMail(TO, message);
    expect(await drainOutbox()).toEqual({ sent: 1, failed: 0 });
    expect(await db().outbox.count()).toBe(1);
  });

  test('is given up after ten attempts', async () => {
    await queueMail(TO, message);
    refusal = new Error('no such user');
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      expect(await db().outbox.count()).toBe(1);
      await db().$executeRaw`UPDATE "Outbox" SET "nextAttemptAt" = now()`;
      expect(await drainOutbox()).toEqual({ sent: 0, failed: 1 });
    }
    expect(await db().outbox.count()).toBe(0);
    expect(logged.filter((line) => line.includes('"mail.failed"'))).toHaveLength(9);
    expect(logged.filter((line) => line.includes('"mail.given_up"'))).toHaveLength(1);
  });

  test('is given up after a day', async () => {
    await queueMail(TO, message);
    await letPass(86_401);
    expect(await drainOutbox()).toEqual({ sent: 0, failed: 0 });
    expect(await db().outbox.count()).toBe(0);
    expect(logged.join('')).toContain('"mail.given_up"');
  });

  test('leaves a line in the log without address, subject or body', async () => {
    refusal = new Error(`<${TO}> refused 042137 in "${message.subject}"`);
    await queueMail(TO, message);
    await drainOutbox();
    const lines = logged.join('');
    expect(JSON.parse(lines)).toMatchObject({ level: 'error', event: 'mail.failed', attempts: 1 });
    for (const part of [TO, 'member', '042137', message.subject, 'Zoë', '<p>']) expect(lines).not.toContain(part);
  });

  test('comes back when its sender dies in the middle of it', async () => {
    await queueMail(TO, message);
    await db().$executeRaw`
      UPDATE "Outbox" SET attempts = attempts + 1, "nextAttemptAt" = now() + interval '1 minute'`;
    expect(await drainOutbox()).toEqual({ sent: 0, failed: 0 });
    await letPass(60);
    expect(await drainOutbox()).toEqual({ sent: 1, failed: 0 });
  });
});

test('a mail server that accepts and then says nothing is given up on within the claim of the mail', async () => {
  await stopSmtpServer();
  const mute: Server = createServer(() => undefined).listen(port, '127.0.0.1');
  await once(mute, 'listening');
  await queueMail(TO, message);
  const startedAtMs = performance.now();
  expect(await drainOutbox()).toEqual({ sent: 0, failed: 1 });
  expect(performance.now() - startedAtMs).toBeLessThan(30_000);
  await new Promise<void>((resolve) => mute.close(() => resolve()));
  await startSmtpServer(port);
});
