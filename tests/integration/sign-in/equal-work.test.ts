import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { db } from '@/lib/server/database/client';
import { HashPool } from '@/lib/server/passwords/hash-pool';
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

const attempt = (email: string, password: string) =>
  login({ email, password, remember: false, facts: FACTS, deviceCookie: null, refreshCookie: null });

describe('a refused login', () => {
  /** Everybody who is not let in, and how they try. */
  const refusals = (): readonly (readonly [string, string, string])[] => [
    ['a wrong password', known.email, 'not-the-password-of-anybody'],
    ['an unknown address', 'nobody@people.test', PASSWORD],
    ['a disabled account and its right password', disabled.email, PASSWORD],
    ['an account without a password', withoutPassword.email, PASSWORD],
  ];

  it('costs one hash of today’s cost and the same statements, whoever asked', async () => {
    // Looks on only: the real threads hash.
    const hashing = vi.spyOn(HashPool.prototype, 'run');
    const work: Record<string, unknown> = {};
    for (const [who, email, password] of refusals()) {
      hashing.mockClear();
      const { result, statements } = await countStatements(databaseUrl, () => attempt(email, password));
      expect(result).toEqual({ ok: false, code: 'invalid_credentials' });
      const salts = hashing.mock.calls.map(([job]) => job.salt.slice(0, 7));
      const asked = statements.filter(({ sql }) => !sql.includes('Session_statusNumber_seq'));
      work[who] = { salts, statements: asked.map(({ sql, calls }) => [sql, calls]) };
    }
    const [first, ...others] = Object.values(work);
    expect(first).toMatchObject({ salts: ['$2b$12$'] });
    for (const other of others) expect(other).toEqual(first);
  });

  it('that is blocked by the limit costs no hash at all', async () => {
    for (let i = 0; i < 5; i += 1) await attempt('blocked@people.test', PASSWORD);
    await lengthenWaits();
    const hashing = vi.spyOn(HashPool.prototype, 'run');
    const answer = await attempt('blocked@people.test', PASSWORD);
    expect(answer).toMatchObject({ ok: false, code: 'too_many_attempts' });
    expect(hashing).not.toHaveBeenCalled();
  });
});

describe('a sign-up', () => {
  it('costs one hash and the same statements for a known and an unknown address, and seals as much', async () => {
    const hashing = vi.spyOn(HashPool.prototype, 'run');
    const outcomes: unknown[] = [];
    // Equally long, because the sealed token holds the address.
    const unknown = known.email.replace(/^./, 'q');
    for (const email of [known.email, unknown]) {
      hashing.mockClear();
      const { result, statements } = await countStatements(databaseUrl, () =>
        register({ email, password: PASSWORD, name: null, facts: FACTS }),
      );
      const asked = statements.filter(({ sql }) => !sql.includes('Session_statusNumber_seq'));
      outcomes.push({
        hashes: hashing.mock.calls.length,
        statements: asked.map(({ sql, calls }) => [sql, calls]),
        ok: result.ok,
      });
    }
    expect(outcomes[0]).toMatchObject({ hashes: 1, ok: true });
    expect(outcomes[1]).toEqual(outcomes[0]);
  });
});
