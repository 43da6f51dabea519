import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { db } from '@/lib/server/database/client';
import type { HashJob } from '@/lib/server/passwords/hash.worker';
import { login } from '@/lib/server/sign-in/login';
import { register } from '@/lib/server/sign-up/register';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';
import { createPerson, lengthenWaits, PASSWORD, type Person } from '@/tests/support/people';

const { url: databaseUrl } = await useDatabase();
const FACTS = { userAgent: null, device: null, ip: null };

let known: Person;
let disabled: Person;
let withoutPassword: Person;

beforeEach(async () => {
  known = await createPerson({ hasPassword: true });
  disabled = await createPerson({ hasPassword: true });
  await db().user.update({ where: { id: disabled.id }, data: { disabledAt: new Date() } });
  withoutPassword = await createPerson();
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Looks on at what the real threads are given to hash. */
function watchHashing() {
  const posted = vi.spyOn(Worker.prototype, 'postMessage');
  const jobs = () => posted.mock.calls.map(([message]) => message).filter((message) => 'salt' in Object(message));
  return {
    /** The work factors of the hashes so far. */
    salts: () => jobs().map(({ salt }: HashJob) => salt.slice(0, 7)),
    forget: () => posted.mockClear(),
  };
}

const attempt = (email: string, password: string) =>
  login({ email, password, remember: false, facts: FACTS, deviceCookie: null, refreshCookie: null });

// First: counts of attempts are written down a while after them, and would be taken for its own work.
describe('a sign-up', () => {
  it('costs one hash and the same statements for a known and an unknown address, and seals as much', async () => {
    const hashing = watchHashing();
    const outcomes: unknown[] = [];
    // Equally long, because the sealed token holds the address.
    const unknown = known.email.replace(/^./, 'q');
    for (const email of [known.email, unknown]) {
      hashing.forget();
      const { result, statements } = await countStatements(databaseUrl, () =>
        register({ email, password: PASSWORD, name: null, facts: FACTS }),
      );
      const asked = statements.filter(({ sql }) => !sql.includes('Session_statusNumber_seq'));
      outcomes.push({
        hashes: hashing.salts().length,
        statements: asked.map(({ sql, calls }) => [sql, calls]),
        ok: result.ok,
      });
    }
    expect(outcomes[0]).toMatchObject({ hashes: 1, ok: true });
    expect(outcomes[1]).toEqual(outcomes[0]);
  });
});

describe('a refused login', () => {
  /** Everybody who is not let in, and how they try. */
  const refusals = (): readonly (readonly [string, string, string])[] => [
    ['a wrong password', known.email, 'not-the-password-of-anybody'],
    ['an unknown address', 'nobody@people.test', PASSWORD],
    ['a disabled account and its right password', disabled.email, PASSWORD],
    ['an account without a password', withoutPassword.email, PASSWORD],
  ];

  it('costs one hash of the cost that is set and the same statements, whoever asked', async () => {
    const hashing = watchHashing();
    const work: Record<string, unknown> = {};
    for (const [who, email, password] of refusals()) {
      hashing.forget();
      const { result, statements } = await countStatements(databaseUrl, () => attempt(email, password));
      expect(result).toEqual({ ok: false, code: 'invalid_credentials' });
      const asked = statements.filter(({ sql }) => !sql.includes('Session_statusNumber_seq'));
      work[who] = { salts: hashing.salts(), statements: asked.map(({ sql, calls }) => [sql, calls]) };
    }
    const [first, ...others] = Object.values(work);
    expect(first).toMatchObject({ salts: ['$2b$10$'] });
    for (const other of others) expect(other).toEqual(first);
  });

  it('that is blocked by the limit costs no hash at all', async () => {
    for (let i = 0; i < 5; i += 1) await attempt('blocked@people.test', PASSWORD);
    await lengthenWaits();
    const hashing = watchHashing();
    const answer = await attempt('blocked@people.test', PASSWORD);
    expect(answer).toMatchObject({ ok: false, code: 'too_many_attempts' });
    expect(hashing.salts()).toEqual([]);
  });
});
