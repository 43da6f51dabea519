import { describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { useDatabase } from '@/tests/support/database/use-database';
import { mailedCode, mailsTo, mailTo } from '@/tests/support/http/mailbox';
import { problemOf } from '@/tests/support/http/problems';
import { type Answer, atOnce, send } from '@/tests/support/http/requests';
import { COOKIE, createPerson } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });

const PASSWORD = 'brown-herons-wait-under-the-bridge';
let people = 0;

/** Another one each time, all equally long: the cookie holds it. */
function newAddress(): string {
  people += 1;
  return `sign-up-${String(people).padStart(3, '0')}@people.test`;
}

type SignUp = { readonly email: string; readonly answer: Answer; readonly pending: Record<string, string> };

async function begin(email = newAddress()): Promise<SignUp> {
  const answer = await send(server, '/api/auth/register', { method: 'POST', json: { email, password: PASSWORD } });
  expect(answer.status).toBe(202);
  return { email, answer, pending: { [COOKIE.pending]: answer.cookies[COOKIE.pending] ?? '' } };
}

const codeFor = async (email: string) => /\b\d{6}\b/.exec((await mailTo(server, email)).text)?.[0] ?? '';
/** A code that is not the right one, another for each number. */
const wrong = (right: string, number: number) => String((Number(right) + number + 1) % 1_000_000).padStart(6, '0');
const enter = (pending: Record<string, string>, code: string) =>
  send(server, '/api/auth/verify-email', { method: 'POST', json: { code }, cookies: pending });
/** Takes the waits of the rate limit away, so that only the ceremony itself can refuse. */
const forgetAttempts = () => db().$executeRaw`DELETE FROM "RateLimit"`;
/** While `work` runs, the rate limit counts and holds nobody up. */
async function withoutWaits(work: () => Promise<void>): Promise<void> {
  await forgetAttempts();
  await db().$executeRaw`
    CREATE FUNCTION no_wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW."blockedUntil" := NULL; RETURN NEW; END'`;
  await db().$executeRaw`
    CREATE TRIGGER no_wait BEFORE INSERT OR UPDATE ON "RateLimit" FOR EACH ROW EXECUTE FUNCTION no_wait()`;
  await work().finally(() => db().$executeRaw`DROP FUNCTION no_wait CASCADE`);
}
const userCount = (email: string) => db().user.count({ where: { email } });

// Promise: A mailed code is dead after five wrong tries
describe('the sealed cookie of a sign-up', () => {
  it('replayed 20 times with wrong codes is dead after five, also for the right one, limits or no limits', async () => {
    const { email, pending } = await begin();
    const code = await codeFor(email);
    for (let i = 0; i < 20; i += 1) {
      await forgetAttempts();
      const answer = await enter(pending, wrong(code, i));
      expect(problemOf(answer)).toBe('401 invalid_code');
      // An old cookie sent again is the whole attack: none must take its place.
      expect(answer.setCookieLines).toEqual([]);
    }
    await forgetAttempts();
    expect(problemOf(await enter(pending, code))).toBe('401 invalid_code');
    expect(await userCount(email)).toBe(0);
    expect(await db().ceremony.aggregate({ _max: { failures: true } })).toEqual({ _max: { failures: 5 } });
  });

  it('still takes the right code as the fifth try', async () => {
    const { email, pending } = await begin();
    const code = await codeFor(email);
    for (let i = 0; i < 4; i += 1) expect(problemOf(await enter(pending, wrong(code, i)))).toBe('401 invalid_code');
    expect((await enter(pending, code)).status).toBe(200);
    expect(await userCount(email)).toBe(1);
  });

  it('has five tries for twenty guesses at once, too', async () => {
    const { email, pending } = await begin();
    const code = await codeFor(email);
    const answers = await atOnce(20, (index) => enter(pending, wrong(code, index)));
    for (const answer of answers) expect(['401 invalid_code', '429 too_many_attempts']).toContain(problemOf(answer));
    await forgetAttempts();
    // A try with which nothing was compared was given back: five are compared in all, and then the right code comes too late.
    for (let i = 0; i < 5; i += 1) {
      await forgetAttempts();
      expect(problemOf(await enter(pending, wrong(code, 20 + i)))).toBe('401 invalid_code');
    }
    await forgetAttempts();
    expect(problemOf(await enter(pending, code))).toBe('401 invalid_code');
    expect(await userCount(email)).toBe(0);
  });

  it('has five tries for twenty guesses at once where no limit stands before them', async () => {
    const { email, pending } = await begin();
    const code = await codeFor(email);
    await db().$executeRaw`
      CREATE FUNCTION no_limit() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN NEW."blockedUntil" := NULL; NEW.failures := 0; RETURN NEW; END $$`;
    await db().$executeRaw`
      CREATE TRIGGER no_limit BEFORE INSERT OR UPDATE ON "RateLimit" FOR EACH ROW EXECUTE FUNCTION no_limit()`;
    const answers = await atOnce(20, (index) => enter(pending, wrong(code, index)));
    await db().$executeRaw`DROP FUNCTION no_limit() CASCADE`;
    expect(answers.map(problemOf)).toEqual(answers.map(() => '401 invalid_code'));
    const [ceremony] = await db().ceremony.findMany({ orderBy: { expiresAt: 'desc' }, take: 1 });
    expect(ceremony).toMatchObject({ failures: 5, consumedAt: null });
    await forgetAttempts();
    expect(problemOf(await enter(pending, code))).toBe('401 invalid_code');
    expect(await userCount(email)).toBe(0);
  });

  it('has five tries for twenty guesses at once where nobody has to wait either', async () => {
    const { email, pending } = await begin();
    const code = await codeFor(email);
    await withoutWaits(async () => {
      const answers = await atOnce(20, (index) => enter(pending, wrong(code, index)));
      expect(new Set(answers.map(problemOf))).toEqual(new Set(['401 invalid_code']));
      expect(problemOf(await enter(pending, code))).toBe('401 invalid_code');
    });
    expect(await db().ceremony.aggregate({ _max: { failures: true } })).toEqual({ _max: { failures: 5 } });
    expect(await userCount(email)).toBe(0);
  });

  it('makes one account and one session of twenty right codes at once', async () => {
    const { email, pending } = await begin();
    const code = await codeFor(email);
    const answers = await atOnce(20, () => enter(pending, code));
    // Who finds the five tries taken is refused; everybody else gets the one session.
    const right = answers.filter(({ status }) => status === 200);
    expect(right.length).toBeGreaterThan(0);
    expect(new Set(right.map(({ cookies }) => cookies[COOKIE.refresh])).size).toBe(1);
    const { id } = await db().user.findUniqueOrThrow({ where: { email } });
    expect(await db().session.count({ where: { userId: id } })).toBe(1);
  });

  it('of a new ceremony brings five tries, and an hour brings five such: what comes then is opened by no code', async () => {
    const email = newAddress();
    const codes: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      const { pending } = await begin(email);
      codes.push(await mailedCode(server, email, round + 1));
      for (let i = 0; i < 5; i += 1) await enter(pending, wrong(codes.at(-1) ?? '', i));
    }
    const { pending } = await begin(email);
    expect(await mailsTo(server, email)).toHaveLength(5);
    for (const code of codes.slice(0, 4)) expect(problemOf(await enter(pending, code))).toMatch(/^(?:401|429) /);
    // All tries of the address together: the first of each ceremony is never held up, the others are from here on.
    const [row] = await db().rateLimit.findMany({ where: { key: { startsWith: 'code:' }, failures: { gte: 25 } } });
    expect(row?.blockedUntil).not.toBeNull();
    expect(await userCount(email)).toBe(0);
  });

  it('of a ceremony that was finished a minute ago signs nobody in again', async () => {
    const { email, pending } = await begin();
    const code = await codeFor(email);
    expect((await enter(pending, code)).status).toBe(200);
    await db()
      .$executeRaw`UPDATE "Ceremony" SET "consumedAt" = now() - interval '60 seconds' WHERE "consumedAt" IS NOT NULL`;
    const { id } = await db().user.findUniqueOrThrow({ where: { email } });
    for (let i = 0; i < 3; i += 1) {
      await forgetAttempts();
      const again = await enter(pending, code);
      expect(problemOf(again)).toBe('401 invalid_code');
      expect(again.setCookieLines).toEqual([]);
    }
    expect(await db().session.count({ where: { userId: id } })).toBe(1);
  });

  it('is as long for an address that has an account, beside the same status and the same body', async () => {
    const seen = async (email: string) => {
      const { answer } = await begin(email);
      const { date: _date, 'set-cookie': _cookies, ...headers } = answer.headers;
      return { status: answer.status, text: answer.text, headers, length: answer.cookies[COOKIE.pending]?.length };
    };
    const looks: unknown[] = [];
    for (let i = 0; i < 8; i += 1) {
      const email = newAddress();
      if (i % 2) await createPerson({ email });
      looks.push(await seen(email));
    }
    for (const look of looks) expect(look).toEqual(looks[0]);
  });

  it('of an address that has an account is opened by no code', async () => {
    const { email } = await createPerson({ email: newAddress() });
    const { pending } = await begin(email);
    expect((await mailTo(server, email)).text).not.toMatch(/\b\d{6}\b/);
    for (const code of ['000000', '------', '      ', '123456']) {
      expect(problemOf(await enter(pending, code))).toMatch(/^(?:401 invalid_code|422 validation_failed)$/);
    }
    expect(await db().session.count({ where: { user: { email } } })).toBe(0);
  });

  it('opens nothing when it is damaged, swapped or of another purpose', async () => {
    const { email, pending } = await begin();
    const code = await codeFor(email);
    const other = await begin();
    const sealed = pending[COOKIE.pending] ?? '';
    const [header = '', , nonce = '', body = '', tag = ''] = sealed.split('.');
    const [otherHeader = '', , , otherBody = '', otherTag = ''] = (other.pending[COOKIE.pending] ?? '').split('.');
    const swapped = [
      other.pending[COOKIE.pending] ?? '',
      [header, '', nonce, otherBody, otherTag].join('.'),
      [otherHeader, '', nonce, body, otherTag].join('.'),
      [header, '', nonce, `${body.slice(0, -4)}AAAA`, tag].join('.'),
      [header, 'AAAA', nonce, body, tag].join('.'),
      `${sealed}.`,
      sealed.toUpperCase(),
      '',
    ];
    for (const value of swapped) {
      expect(problemOf(await enter({ [COOKIE.pending]: value }, code))).toBe('401 invalid_code');
    }
    expect(problemOf(await enter({}, code))).toBe('401 invalid_code');
    expect((await enter(pending, code)).status).toBe(200);
  });
});
