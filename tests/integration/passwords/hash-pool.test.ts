import bcrypt from 'bcryptjs';
import { describe, expect, test, vi } from 'vitest';
import { bcryptOf, passwordBytes } from '@/lib/server/passwords/hash';
import type { HashJob } from '@/lib/server/passwords/hash.worker';
import { HashPool } from '@/lib/server/passwords/hash-pool';
import { type Claim, type Lane, Places } from '@/lib/server/passwords/hash-queue';

const pepper = new Uint8Array(32).fill(7);
const CHEAP_SALT = '$2b$04$abcdefghijklmnopqrstuu';
const POLICY_SALT = '$2b$12$abcdefghijklmnopqrstuu';
/** bcryptjs throws for it: the thread dies. */
const DEADLY_SALT = 'no salt';
/** 2^30 rounds: days. */
const ENDLESS_SALT = '$2b$30$abcdefghijklmnopqrstuu';

const jobWith = (salt: string, password = 'harbour') => ({ password: passwordBytes(password), pepper, salt });

/** How often the event loop came round to a timer of a millisecond while `work` ran. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 1);
  await work();
  clearInterval(timer);
  return turns;
}

let claims = 0;
/** Runs a job for an account of its own. */
function runIn(pool: HashPool, job: HashJob, claim: Partial<Claim> = {}) {
  claims += 1;
  const place = pool.reserve({ lane: 'stranger', account: `account-${claims}`, network: null, ...claim });
  return place === null ? Promise.resolve('no place' as const) : place.run(job).finally(place.leave);
}

describe('the hash pool', () => {
  test('gives every job its own answer', async () => {
    const pool = new HashPool(2);
    const passwords = Array.from({ length: 12 }, (_, n) => `password ${n}`);
    const answers = await Promise.all(passwords.map((password) => runIn(pool, jobWith(CHEAP_SALT, password))));
    const expected = passwords.map((password) => bcryptOf(passwordBytes(password), pepper, CHEAP_SALT));
    expect(answers).toEqual(expected.map((value) => ({ ok: true, value })));
  });

  test('leaves the pepper of its caller as it was', async () => {
    await runIn(new HashPool(1), jobWith(CHEAP_SALT));
    expect(pepper).toEqual(new Uint8Array(32).fill(7));
  });

  test('keeps the event loop free while four passwords are hashed at policy cost', async () => {
    const pool = new HashPool(2);
    await Promise.all([runIn(pool, jobWith(CHEAP_SALT)), runIn(pool, jobWith(CHEAP_SALT))]);
    const four = (hash: () => Promise<unknown>) => turnsDuring(() => Promise.all(Array.from({ length: 4 }, hash)));
    const beside = await four(() => runIn(pool, jobWith(POLICY_SALT)));
    // The asynchronous form of bcryptjs itself comes up for air every 100 ms. However slow the machine, it is both times.
    const within = await four(() => bcrypt.hash('harbour', POLICY_SALT));
    expect(within).toBeGreaterThan(0);
    expect(beside).toBeGreaterThan(5 * within);
  });

  test('loses only the job whose thread died, and makes a new thread for the others', async () => {
    const pool = new HashPool(1);
    const deadly = runIn(pool, jobWith(DEADLY_SALT));
    const waiting = runIn(pool, jobWith(CHEAP_SALT));
    await expect(deadly).rejects.toThrow('A hashing thread died');
    expect(await waiting).toMatchObject({ ok: true });
    await expect(runIn(pool, jobWith(DEADLY_SALT))).rejects.toThrow('A hashing thread died');
    expect(await runIn(pool, jobWith(CHEAP_SALT))).toMatchObject({ ok: true });
  });

  test('lets nobody wait for a thread once the process is about to end, and finishes what is under way', async () => {
    const pool = new HashPool(1);
    const [first, second] = [runIn(pool, jobWith(POLICY_SALT)), runIn(pool, jobWith(CHEAP_SALT))];
    pool.giveUpWaiting();
    expect(await second).toEqual({ ok: false, code: 'overloaded' });
    expect(await runIn(pool, jobWith(CHEAP_SALT))).toEqual({ ok: false, code: 'overloaded' });
    expect(await first).toMatchObject({ ok: true });
    expect(await runIn(pool, jobWith(CHEAP_SALT))).toMatchObject({ ok: true });
  });

  test('gives a thread up that answers nothing for ten seconds, and makes a new one', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const pool = new HashPool(1);
      const endless = expect(runIn(pool, jobWith(ENDLESS_SALT))).rejects.toThrow('A hashing thread died');
      const waiting = runIn(pool, jobWith(CHEAP_SALT));
      await vi.advanceTimersByTimeAsync(10_000);
      await endless;
      expect(await waiting).toMatchObject({ ok: false, code: 'overloaded' });
      expect(await runIn(pool, jobWith(CHEAP_SALT))).toMatchObject({ ok: true });
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a place', () => {
  const places = () => new Places(1, { known: 4, stranger: 4, sign_up: 4 });
  const claim = (changes: Partial<Claim>): Claim => ({ lane: 'stranger', account: 'a', network: null, ...changes });

  test('is one for an account in each lane, and free again when it is left', () => {
    const taken = places();
    const leave = taken.take(claim({}));
    expect(leave).not.toBeNull();
    expect(taken.take(claim({}))).toBeNull();
    expect(taken.take(claim({ lane: 'known' }))).not.toBeNull();
    leave?.();
    leave?.();
    expect(taken.take(claim({}))).not.toBeNull();
    expect(taken.take(claim({}))).toBeNull();
  });

  test('is half of a lane for one network', () => {
    const taken = places();
    const from = (account: string, network: string) => taken.take(claim({ account, network }));
    expect([from('a', 'n'), from('b', 'n'), from('c', 'n')].map((leave) => leave !== null)).toEqual([
      true,
      true,
      false,
    ]);
    expect(from('c', 'm')).not.toBeNull();
  });

  test('that is not there leaves those of the other lanes alone', async () => {
    const pool = new HashPool(1, places());
    const strangers = Array.from({ length: 6 }, () => runIn(pool, jobWith(CHEAP_SALT)));
    const known = runIn(pool, jobWith(CHEAP_SALT), { lane: 'known' });
    expect((await Promise.all(strangers)).filter((answer) => answer === 'no place')).toHaveLength(2);
    expect(await known).toMatchObject({ ok: true });
  });
});

describe('who comes first', () => {
  /** Starts jobs of these lanes in this order on one thread, and tells in which order they ended. */
  async function orderOf(lanes: readonly Lane[]): Promise<Lane[]> {
    const pool = new HashPool(1);
    const ended: Lane[] = [];
    await Promise.all(
      lanes.map(async (lane) => {
        await runIn(pool, jobWith(CHEAP_SALT), { lane });
        ended.push(lane);
      }),
    );
    return ended;
  }

  test('is whoever is known, then a login, then a sign-up', async () => {
    expect(await orderOf(['sign_up', 'sign_up', 'stranger', 'stranger', 'known', 'known'])).toEqual([
      // This one ran before the others came.
      'sign_up',
      'known',
      'known',
      'stranger',
      'stranger',
      'sign_up',
    ]);
  });

  test('is somebody else after three known ones in a row', async () => {
    expect(await orderOf(['known', 'stranger', 'known', 'known', 'known', 'known'])).toEqual([
      'known',
      'known',
      'known',
      'stranger',
      'known',
      'known',
    ]);
  });

  test('is whoever is known at once, where there are two threads: one of them is never given to others', async () => {
    const pool = new HashPool(2);
    const strangers = Array.from({ length: 4 }, () => runIn(pool, jobWith(POLICY_SALT)));
    const first = await Promise.race([
      runIn(pool, jobWith(CHEAP_SALT), { lane: 'known' }).then(() => 'known'),
      ...strangers.map((stranger) => stranger.then(() => 'stranger')),
    ]);
    expect(first).toBe('known');
    await Promise.all(strangers);
  });
});
