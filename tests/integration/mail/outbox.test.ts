import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { db } from '@/lib/server/database/client';
import { heldKeyring } from '@/lib/server/keys/live-keyring';
import { startMailClock } from '@/lib/server/mail/clock';
import { drainOutbox, sendDue } from '@/lib/server/mail/drain';
import { deliver } from '@/lib/server/mail/mailer';
import { queueMail } from '@/lib/server/mail/outbox';
import { holdLocks, untilWaiting } from '@/tests/support/database/sql';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';
import { type SmtpSink, startRudeServer, startSmtpSink, subjectOf } from '@/tests/support/http/smtp-sink';

const { url } = await useDatabase();
afterAll(() => db().$disconnect());

const TO = 'member@handstamp.test';
const message = { subject: 'Your Handstamp code', text: 'Code 042137 for Zoë\n', html: '<p>Code 042137</p>' };
/** For a busy machine; nothing here waits for it to be over. */
const SOON = { timeout: 15_000 };
const inSeconds = (seconds: number): number => Date.now() / 1_000 + seconds;

let sink: SmtpSink;

beforeAll(async () => {
  sink = await startSmtpSink();
  process.env['SMTP_URL'] = sink.url;
  process.env['MAIL_FROM'] = 'Handstamp <no-reply@handstamp.test>';
  // As the check at start does.
  await heldKeyring();
});
afterAll(() => sink.stop());

let logged: string[] = [];
beforeEach(async () => {
  await db().outbox.deleteMany();
  sink.forget();
  sink.refuse(null);
  logged = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
    logged.push(String(line));
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

/** Moves the times of all mails into the past: the same to the outbox as waiting. */
async function letPass(seconds: number): Promise<void> {
  await db().$executeRaw`
    UPDATE "Outbox" SET
      "nextAttemptAt" = "nextAttemptAt" - ${seconds} * interval '1 second',
      "expiresAt" = "expiresAt" - ${seconds} * interval '1 second',
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
    expect(sink.received).toEqual([]);
    expect(await db().outbox.count()).toBe(1);
  });

  test('is sent once by the next drain, in both forms, and then gone', async () => {
    await queueMail(TO, message);
    expect(await drainOutbox()).toEqual({ sent: 1, failed: 0 });
    expect(sink.received).toHaveLength(1);
    expect(sink.received[0]?.recipients).toEqual([TO]);
    const source = sink.received[0]?.source ?? '';
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
    expect(await sendDue({ mails: 2 })).toEqual({ sent: 2, failed: 0 });
    expect(sink.received.map(subjectOf)).toEqual(['Mail 1', 'Mail 2']);
    expect(await db().outbox.count()).toBe(1);
  });

  test('from five processes at once sends every mail exactly once', async () => {
    const subjects = Array.from({ length: 20 }, (_, n) => `Mail ${n}`);
    for (const subject of subjects) await queueMail(TO, { ...message, subject });
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => sendDue()));
    expect(outcomes.reduce((sum, { sent }) => sum + sent, 0)).toBe(20);
    expect(outcomes.filter(({ sent }) => sent > 0).length).toBeGreaterThan(1);
    expect(sink.received.map(subjectOf).sort()).toEqual(subjects.sort());
  });

  test('by two processes whose claims meet on one mail sends it once', async () => {
    await queueMail(TO, message);
    const release = await holdLocks(url, 'SELECT id FROM "Outbox" FOR UPDATE');
    const done = new AbortController();
    const claims = Promise.all([sendDue(), sendDue()]).finally(() => done.abort());
    // They pass by a row that is held. Ones that wait for it would act on what they saw before.
    await untilWaiting(url, 2, done.signal);
    await release();
    await claims;
    await Promise.all([sendDue(), sendDue()]);
    expect(sink.received).toHaveLength(1);
    expect(await db().outbox.count()).toBe(0);
  });

  test('is one in a process, however many ask for it, and what is queued meanwhile goes out with it', async () => {
    let letGo = () => {};
    sink.hold(new Promise((resolve) => (letGo = resolve)));
    await queueMail(TO, { ...message, subject: 'First' });
    const running = drainOutbox();
    await expect.poll(() => sink.atOnce.now, SOON).toBe(1);
    const subjects = Array.from({ length: 30 }, (_, n) => `Sign-up ${n}`);
    const asked = await Promise.all(subjects.map((subject) => queueMail(TO, { ...message, subject })));
    const later = asked.map(() => drainOutbox());
    letGo();
    const outcomes = await Promise.all([running, ...later]);
    expect(new Set(outcomes.map(({ sent }) => sent))).toEqual(new Set([31]));
    expect(sink.received.map(subjectOf).sort()).toEqual(['First', ...subjects].sort());
    expect(sink.atOnce.most).toBe(1);
    sink.hold(Promise.resolve());
  });

  test('ends in time, and leaves the rest for the next', async () => {
    for (const n of [1, 2, 3]) await queueMail(TO, { ...message, subject: `Mail ${n}` });
    expect(await sendDue({ untilMs: performance.now() - 1 })).toEqual({ sent: 0, failed: 0 });
    expect(await sendDue()).toEqual({ sent: 3, failed: 0 });
  });
});

describe('the clock', () => {
  test('tries a mail again that failed, though nobody causes any other', async () => {
    sink.refuse(451);
    await queueMail(TO, message);
    expect(await drainOutbox()).toEqual({ sent: 0, failed: 1 });
    sink.refuse(null);
    const stop = startMailClock({ everyMs: 20 });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(sink.received).toEqual([]);
    await letPass(60);
    await expect.poll(() => sink.received.length, SOON).toBe(1);
    await stop();
  });

  test('asks the database one small question while there is nothing to send', async () => {
    const stop = startMailClock({ everyMs: 20 });
    const { statements } = await countStatements(url, () => new Promise((resolve) => setTimeout(resolve, 1_000)), {
      withClock: true,
    });
    await stop();
    expect(statements.map(({ sql }) => sql)).toEqual([expect.stringContaining('isMailDue')]);
  });

  test('says once that the database is away, and goes on when it is back', async () => {
    await queueMail(TO, message);
    await db().$executeRaw`ALTER TABLE "Outbox" RENAME TO "Elsewhere"`;
    const stop = startMailClock({ everyMs: 20 });
    await expect.poll(() => logged.length, SOON).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(logged).toHaveLength(1);
    await db().$executeRaw`ALTER TABLE "Elsewhere" RENAME TO "Outbox"`;
    await expect.poll(() => sink.received.length, SOON).toBe(1);
    await stop();
  });
});

describe('a mail that cannot be sent', () => {
  test('waits while the server is down, longer each time, and goes out when it is back', async () => {
    await queueMail(TO, message);
    await sink.stop();
    const waits: (number | undefined)[] = [];
    for (let attempt = 0; attempt < 4; attempt += 1) {
      expect(await drainOutbox()).toEqual({ sent: 0, failed: 1 });
      expect(await drainOutbox()).toEqual({ sent: 0, failed: 0 });
      waits.push(await minutesToNextAttempt());
      await letPass(60 * 2 ** attempt);
    }
    expect(waits).toEqual([1, 2, 4, 8]);
    sink = await startSmtpSink(sink.port);
    expect(await drainOutbox()).toEqual({ sent: 1, failed: 0 });
    expect(sink.received).toHaveLength(1);
  });

  test('does not hold up the ones behind it', async () => {
    await queueMail('refused@handstamp.test', message);
    sink.refuse(new Error('no such user'));
    await drainOutbox();
    sink.refuse(null);
    await queueMail(TO, message);
    expect(await drainOutbox()).toEqual({ sent: 1, failed: 0 });
    expect(await db().outbox.count()).toBe(1);
  });

  test('is given up after ten attempts', async () => {
    await queueMail(TO, message);
    sink.refuse(new Error('no such user'));
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
    sink.refuse(new Error(`<${TO}> refused 042137 in "${message.subject}"`));
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

describe('a mail with a short life', () => {
  const SHORT = 600;

  test('is tried again early enough: after 1, 2, … minutes, and so seven times in its ten', async () => {
    await queueMail(TO, { ...message, expiresAt: inSeconds(SHORT) });
    sink.refuse(451);
    const attemptsAt: number[] = [];
    for (let second = 0; second < SHORT + 60; second += 10) {
      if ((await sendDue()).failed === 1) attemptsAt.push(second / 60);
      await letPass(10);
    }
    expect(attemptsAt.length).toBeGreaterThanOrEqual(7);
    expect(attemptsAt.slice(0, 3)).toEqual([0, 1, 3]);
    expect(Math.max(...attemptsAt)).toBeGreaterThan(7);
  });

  test('is deleted unsent when that is over, and the log says so once', async () => {
    await queueMail(TO, { ...message, expiresAt: inSeconds(SHORT) });
    await letPass(SHORT);
    expect(await drainOutbox()).toEqual({ sent: 0, failed: 0 });
    expect(await drainOutbox()).toEqual({ sent: 0, failed: 0 });
    expect(await db().outbox.count()).toBe(0);
    expect(sink.received).toEqual([]);
    expect(logged.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ event: 'mail.given_up', attempts: 0, why: 'expired' }),
    ]);
  });

  test('is deleted by the clock, too', async () => {
    await queueMail(TO, { ...message, expiresAt: inSeconds(SHORT) });
    await letPass(SHORT);
    const stop = startMailClock({ everyMs: 20 });
    await expect.poll(() => db().outbox.count(), SOON).toBe(0);
    await stop();
    expect(sink.received).toEqual([]);
  });
});

describe('a mail server', () => {
  /** Puts a server in the place of the sink that speaks as `speak` does, and drains once. */
  async function drainAt(speak: Parameters<typeof startRudeServer>[1]): Promise<number> {
    const { port } = sink;
    await sink.stop();
    const stop = await startRudeServer(port, speak);
    await queueMail(TO, message);
    const startedAtMs = performance.now();
    expect(await drainOutbox()).toEqual({ sent: 0, failed: 1 });
    const tookMs = performance.now() - startedAtMs;
    await stop();
    sink = await startSmtpSink(port);
    return tookMs;
  }

  test('that accepts and then says nothing is given up on within the claim of the mail', async () => {
    expect(await drainAt(() => undefined)).toBeLessThan(30_000);
  });

  test('that says something again and again and never comes to an end is left when the time of a delivery is over', async () => {
    const { port } = sink;
    await sink.stop();
    let isLeft = false;
    const stop = await startRudeServer(port, (socket) => {
      socket.write('220 welcome\r\n');
      const timer = setInterval(() => socket.write('250-and more\r\n'), 100);
      socket.on('close', () => {
        clearInterval(timer);
        isLeft = true;
      });
    });
    const startedAtMs = performance.now();
    await expect(deliver({ to: TO, ...message }, 1_000)).rejects.toThrow('took too long');
    expect(performance.now() - startedAtMs).toBeLessThan(10_000);
    await expect.poll(() => isLeft, SOON).toBe(true);
    await stop();
    sink = await startSmtpSink(port);
  });
});
