import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describe, expect, test } from 'vitest';
import { bcryptOf, passwordBytes } from '@/lib/server/passwords/hash';
import { HashPool } from '@/lib/server/passwords/hash-pool';

const pepper = new Uint8Array(32).fill(7);
const CHEAP_SALT = '$2b$04$abcdefghijklmnopqrstuu';
const POLICY_SALT = '$2b$12$abcdefghijklmnopqrstuu';
/** bcryptjs throws for it: the thread dies. */
const DEADLY_SALT = 'no salt';

const jobWith = (salt: string, password = 'harbour') => ({ password: passwordBytes(password), pepper, salt });

describe('the hash pool', () => {
  test('gives every job its own answer', async () => {
    const pool = new HashPool(2);
    const passwords = Array.from({ length: 12 }, (_, n) => `password ${n}`);
    const answers = await Promise.all(passwords.map((password) => pool.run(jobWith(CHEAP_SALT, password))));
    const expected = passwords.map((password) => bcryptOf(passwordBytes(password), pepper, CHEAP_SALT));
    expect(answers).toEqual(expected.map((value) => ({ ok: true, value })));
  });

  test('leaves the pepper of its caller as it was', async () => {
    await new HashPool(1).run(jobWith(CHEAP_SALT));
    expect(pepper).toEqual(new Uint8Array(32).fill(7));
  });

  test('keeps the event loop free while four passwords are hashed at policy cost', async () => {
    const pool = new HashPool(2);
    await Promise.all([pool.run(jobWith(CHEAP_SALT)), pool.run(jobWith(CHEAP_SALT))]);
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    await Promise.all(Array.from({ length: 4 }, () => pool.run(jobWith(POLICY_SALT))));
    delay.disable();
    // One hash on the event loop would hold it for 300 ms; bcryptjs' own asynchronous form for 100 ms.
    expect(delay.percentile(90) / 1e6).toBeLessThan(80);
  });

  test('refuses what comes when too many wait, and goes on afterwards', async () => {
    const pool = new HashPool(1, 3);
    const answers = await Promise.all(Array.from({ length: 6 }, () => pool.run(jobWith(CHEAP_SALT))));
    expect(answers.map((answer) => answer.ok)).toEqual([true, true, true, true, false, false]);
    expect(answers.at(-1)).toEqual({ ok: false, code: 'overloaded' });
    expect((await pool.run(jobWith(CHEAP_SALT))).ok).toBe(true);
  });

  test('loses only the job whose thread died, and makes a new thread for the others', async () => {
    const pool = new HashPool(1);
    const deadly = pool.run(jobWith(DEADLY_SALT));
    const waiting = pool.run(jobWith(CHEAP_SALT));
    await expect(deadly).rejects.toThrow('A hashing thread died');
    expect((await waiting).ok).toBe(true);
    await expect(pool.run(jobWith(DEADLY_SALT))).rejects.toThrow('A hashing thread died');
    expect((await pool.run(jobWith(CHEAP_SALT))).ok).toBe(true);
  });
});
