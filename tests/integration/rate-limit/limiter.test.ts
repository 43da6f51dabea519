import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { db } from '@/lib/server/database/client';
import {
  accountBucket,
  allMailBucket,
  type Bucket,
  codeBucket,
  deviceBucket,
  mailboxBucket,
  mailDomainBucket,
  networkBuckets,
  programBucket,
  sprayBucket,
} from '@/lib/server/rate-limit/buckets';
import { noteFailedAccount } from '@/lib/server/rate-limit/failed-accounts';
import { countAttempt, settleSuccess, takeBack } from '@/lib/server/rate-limit/limiter';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';

const { url } = await useDatabase();
afterAll(() => db().$disconnect());
beforeEach(() => db().rateLimit.deleteMany());

const EMAIL = 'member@handstamp.test';

/** Moves every row into the past: the same to the limiter as waiting. */
async function letPass(seconds: number): Promise<void> {
  await db().$executeRaw`
    UPDATE "RateLimit" SET
      "blockedUntil" = "blockedUntil" - ${seconds} * interval '1 second',
      "expiresAt" = "expiresAt" - ${seconds} * interval '1 second'`;
}

async function countTimes(times: number, buckets: readonly (Bucket | null)[]): Promise<boolean[]> {
  const passed: boolean[] = [];
  for (let attempt = 0; attempt < times; attempt += 1) passed.push((await countAttempt(buckets)).ok);
  return passed;
}

const failuresOf = async (bucket: Bucket): Promise<number | undefined> =>
  (await db().rateLimit.findUnique({ where: { key: bucket.key } }))?.failures;

/** Seconds to wait as a refused attempt is told; 0 when the attempt passes. */
async function waitOf(buckets: readonly (Bucket | null)[]): Promise<number> {
  const counted = await countAttempt(buckets);
  return counted.ok ? 0 : counted.retryAfterSeconds;
}

const addressBucket = async (ip: string | null) => (await networkBuckets(ip))[0] ?? null;

describe.each([
  ['account', () => accountBucket(EMAIL)],
  ['device', () => deviceBucket(EMAIL, 'device-1')],
  ['program', () => programBucket(EMAIL)],
])('guesses at one %s', (_name, makeBucket) => {
  test('are free five times, then wait 1, 2, 4 … seconds up to 15 minutes, and never for ever', async () => {
    const bucket = await makeBucket();
    expect(await countTimes(5, [bucket])).toEqual([true, true, true, true, true]);
    const waits: number[] = [];
    for (let round = 0; round < 13; round += 1) {
      const waitSeconds = await waitOf([bucket]);
      waits.push(waitSeconds);
      await letPass(waitSeconds);
      expect((await countAttempt([bucket])).ok).toBe(true);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
  });

  test('are refused while waiting, and not counted as another failure', async () => {
    const bucket = await makeBucket();
    await countTimes(5, [bucket]);
    expect(await countTimes(20, [bucket])).not.toContain(true);
    expect(await failuresOf(bucket)).toBe(5);
    expect(await waitOf([bucket])).toBe(1);
  });

  test('are forgotten after a day when there was one, twice as long after each further one, thirty days at most', async () => {
    const bucket = await makeBucket();
    const memories: number[] = [];
    for (let failure = 1; failure <= 7; failure += 1) {
      await countAttempt([bucket]);
      const row = await db().rateLimit.findUniqueOrThrow({ where: { key: bucket.key } });
      memories.push(Math.round((row.expiresAt.getTime() - Date.now()) / 3_600_000));
      await letPass(900 + (failure < 5 ? -880 : 0));
    }
    expect(memories).toEqual([24, 48, 96, 192, 384, 720, 720]);
    await letPass(30 * 86_400 + 1);
    await countTimes(1, [bucket]);
    expect(await failuresOf(bucket)).toBe(1);
  });

  test('pass exactly five times when two hundred come at once', async () => {
    const bucket = await makeBucket();
    const startedAtMs = performance.now();
    const counted = await Promise.all(Array.from({ length: 200 }, () => countAttempt([bucket])));
    const elapsedSeconds = (performance.now() - startedAtMs) / 1_000;
    const passed = counted.filter(({ ok }) => ok).length;
    // On a machine so slow that the waits of 1, 2, 4 … seconds end meanwhile, one more passes after each of them.
    const mayPassLate = Math.floor(Math.log2(elapsedSeconds + 1));
    expect(passed).toBeGreaterThanOrEqual(5);
    expect(passed).toBeLessThanOrEqual(5 + mayPassLate);
    expect(await failuresOf(bucket)).toBe(passed);
    expect(counted.every((outcome) => outcome.ok || outcome.retryAfterSeconds >= 1)).toBe(true);
  });

  test('pass once when two hundred come at the end of a wait', async () => {
    const bucket = await makeBucket();
    await countTimes(5, [bucket]);
    for (let round = 0; round < 7; round += 1) {
      await letPass(await waitOf([bucket]));
      await countAttempt([bucket]);
    }
    await letPass(await waitOf([bucket]));
    const counted = await Promise.all(Array.from({ length: 200 }, () => countAttempt([bucket])));
    expect(counted.filter(({ ok }) => ok)).toHaveLength(1);
  });
});

describe('attempts from one network', () => {
  test('are let through a hundred times in 15 minutes, then wait for the rest of them', async () => {
    const bucket = await addressBucket('203.0.113.7');
    await countTimes(1, [bucket]);
    await letPass(600);
    expect(await countTimes(99, [bucket])).not.toContain(false);
    const waitSeconds = await waitOf([bucket]);
    expect(waitSeconds).toBeGreaterThan(290);
    expect(waitSeconds).toBeLessThanOrEqual(300);
    await letPass(waitSeconds);
    expect(await countTimes(100, [bucket])).not.toContain(false);
    expect((await countAttempt([bucket])).ok).toBe(false);
  });

  test('pass exactly a hundred times when five hundred come at once', async () => {
    const bucket = await addressBucket('203.0.113.7');
    const counted = await Promise.all(Array.from({ length: 500 }, () => countAttempt([bucket])));
    expect(counted.filter(({ ok }) => ok)).toHaveLength(100);
  });

  test('that succeed take back themselves and nothing else: the success may be the attacker’s own', async () => {
    const bucket = await addressBucket('203.0.113.7');
    await countTimes(100, [bucket]);
    await settleSuccess([bucket]);
    expect(await countTimes(2, [bucket])).toEqual([true, false]);
  });

  test('are no attack when all of them succeed, however many they are', async () => {
    const bucket = await addressBucket('203.0.113.7');
    for (let signIn = 0; signIn < 250; signIn += 1) {
      expect((await countAttempt([bucket])).ok).toBe(true);
      await settleSuccess([bucket]);
    }
  });

  test('are counted for the /48 of an IPv6 address too, which one subscriber may hold', async () => {
    const passed: boolean[] = [];
    for (let attempt = 0; attempt < 401; attempt += 1) {
      passed.push((await countAttempt(await networkBuckets(`2001:db8:1:${attempt.toString(16)}::1`))).ok);
    }
    expect(passed.filter(Boolean)).toHaveLength(400);
    expect((await countAttempt(await networkBuckets('2001:db8:2::1'))).ok).toBe(true);
  });

  test('are those of an IPv4 address or an IPv6 /64, however it is written', async () => {
    const keyOf = async (ip: string) => (await addressBucket(ip))?.key;
    expect(await keyOf('2001:db8:0:1::1')).toBe(await keyOf('2001:DB8:0:1:ffff:0:0:2'));
    expect(await keyOf('2001:db8:0:1::1')).not.toBe(await keyOf('2001:db8:0:2::1'));
    expect(await keyOf('203.0.113.7')).not.toBe(await keyOf('203.0.113.8'));
  });

  test('are not limited when the address is unknown', async () => {
    expect(await networkBuckets(null)).toEqual([]);
    expect(await countAttempt([null])).toEqual({ ok: true, value: { inARow: 0 } });
    expect(await db().rateLimit.count()).toBe(0);
  });
});

test('five mails an hour go to one address', async () => {
  const bucket = await mailboxBucket(EMAIL);
  expect(await countTimes(6, [bucket])).toEqual([true, true, true, true, true, false]);
  await letPass(1_800);
  const waitSeconds = await waitOf([bucket]);
  expect(waitSeconds).toBeGreaterThan(1_790);
  expect(waitSeconds).toBeLessThanOrEqual(1_800);
  await settleSuccess([bucket]);
  expect((await countAttempt([bucket])).ok).toBe(false);
  await letPass(1_800);
  expect((await countAttempt([bucket])).ok).toBe(true);
});

// Promise: Mails that strangers cause are counted by mailbox
describe('mails that strangers cause', () => {
  test('are counted for one mailbox, whatever its spelling, tag and dots', async () => {
    const { key } = await mailboxBucket('firstlast@xn--bcher-kva.test');
    for (const email of ['First.Last@bücher.test', 'firstlast+1@BÜCHER.test', 'f.irstlast+x@𝐛ücher.test']) {
      expect((await mailboxBucket(email)).key).toBe(key);
    }
    expect((await mailboxBucket('firstlast@bucher.test')).key).not.toBe(key);
  });

  test('are counted for one domain and the network that asks, so that nobody can shut a provider for others', async () => {
    const domain = await mailDomainBucket('a@example.com', '203.0.113.7');
    expect(await mailDomainBucket('b+x@EXAMPLE.com', '203.0.113.99')).toEqual(domain);
    const others = [
      await mailDomainBucket('a@example.com', '198.51.100.7'),
      await mailDomainBucket('a@example.org', '203.0.113.7'),
      await mailDomainBucket('a@mail.example.com', '203.0.113.7'),
    ];
    for (const other of others) expect(other?.key).not.toBe(domain?.key);
    expect(await mailDomainBucket('a@example.com', '2001:db8:1:1::1')).toEqual(
      await mailDomainBucket('a@example.com', '2001:db8:1:ffff::1'),
    );
    expect(await mailDomainBucket('a@example.com', null)).toBeNull();
    expect((await countTimes(301, [domain])).filter(Boolean)).toHaveLength(300);
    expect(await waitOf([domain])).toBeGreaterThan(3_590);
  });

  test('are 300 a minute in all, and the next minute brings new ones', async () => {
    const total = await allMailBucket();
    expect((await countTimes(301, [total])).filter(Boolean)).toHaveLength(300);
    await letPass(await waitOf([total]));
    expect((await countAttempt([total])).ok).toBe(true);
  });
});

describe('a success', () => {
  test('makes an account and a device forget their failures', async () => {
    for (const bucket of [await accountBucket(EMAIL), await deviceBucket(EMAIL, 'device-1'), await codeBucket(EMAIL)]) {
      await countTimes(4, [bucket]);
      await settleSuccess([bucket, null]);
      expect(await failuresOf(bucket)).toBeUndefined();
    }
  });

  test('of a program takes back its own attempt: what a stranger failed stays counted', async () => {
    const bucket = await programBucket(EMAIL);
    await countTimes(4, [bucket]);
    for (let signIn = 0; signIn < 5; signIn += 1) {
      expect((await countAttempt([bucket])).ok).toBe(true);
      await settleSuccess([bucket]);
      expect(await failuresOf(bucket)).toBe(4);
    }
    expect(await countTimes(2, [bucket])).toEqual([true, false]);
  });
});

test('an attempt that came to nothing is taken back from every bucket', async () => {
  const buckets = [await accountBucket(EMAIL), await addressBucket('203.0.113.7')];
  await countTimes(5, buckets);
  await takeBack(buckets);
  expect((await countAttempt(buckets)).ok).toBe(true);
});

test('an attempt that was the only one and came to nothing leaves no row', async () => {
  const buckets = [await accountBucket(EMAIL), await addressBucket('203.0.113.7')];
  await countAttempt(buckets);
  await takeBack(buckets);
  expect(await db().rateLimit.count()).toBe(0);
});

describe('accounts at which one network failed', () => {
  const watchOf = async (ip: string) => countAttempt([], [await sprayBucket(ip)]);

  test('are thirty in a quarter of an hour, and then the network waits, whatever account it tries next', async () => {
    for (let account = 0; account < 29; account += 1) await noteFailedAccount('203.0.113.7', `a${account}@x.test`);
    expect((await watchOf('203.0.113.7')).ok).toBe(true);
    await noteFailedAccount('203.0.113.7', 'a29@x.test');
    expect((await watchOf('203.0.113.7')).ok).toBe(false);
    expect((await watchOf('203.0.113.8')).ok).toBe(true);
    await letPass(901);
    expect((await watchOf('203.0.113.7')).ok).toBe(true);
  });

  test('count once each, however often the network fails there', async () => {
    for (let failure = 0; failure < 60; failure += 1) await noteFailedAccount('203.0.113.7', EMAIL);
    const bucket = await sprayBucket('203.0.113.7');
    expect(bucket && (await failuresOf(bucket))).toBe(1);
  });

  test('are those of a /48, because whoever sprays has one', async () => {
    for (let account = 0; account < 30; account += 1) {
      await noteFailedAccount(`2001:db8:1:${account}::1`, `a${account}@x.test`);
    }
    expect((await watchOf('2001:db8:1:ffff::1')).ok).toBe(false);
  });
});

test('the table holds what is alive and little else: each count takes expired rows away', async () => {
  await db().$executeRaw`
    INSERT INTO "RateLimit" (key, failures, "expiresAt")
    SELECT 'account:' || n, 1, now() - interval '1 second' FROM generate_series(1, 400) n`;
  for (let n = 0; n < 100; n += 1) await countAttempt([await accountBucket(`a${n}@x.test`)]);
  expect(await db().rateLimit.count()).toBe(100);
});

describe('several buckets', () => {
  test('are counted by one statement, however many and whether they pass or not', async () => {
    const buckets = [await accountBucket(EMAIL), await addressBucket('203.0.113.7'), await mailboxBucket(EMAIL)];
    for (let attempt = 0; attempt < 6; attempt += 1) {
      const { total } = await countStatements(url, () => countAttempt(buckets));
      expect(total).toBe(1);
    }
  });

  test('are all left uncounted when one of them waits', async () => {
    const account = await accountBucket(EMAIL);
    await countTimes(5, [account]);
    const network = await addressBucket('203.0.113.7');
    expect(await countTimes(10, [network, account])).not.toContain(true);
    expect(network && (await failuresOf(network))).toBeUndefined();
  });

  test('tell the longest of their waits', async () => {
    const mail = await mailboxBucket(EMAIL);
    const account = await accountBucket(EMAIL);
    await countTimes(5, [mail]);
    await countTimes(5, [account]);
    expect(await waitOf([account, mail])).toBeGreaterThan(3_590);
  });

  test('do not lock each other out when they are counted in opposite orders at once', async () => {
    // Many rows a call keep the locks long enough for two calls to meet.
    const buckets = await Promise.all(Array.from({ length: 100 }, (_, n) => addressBucket(`192.0.2.${n}`)));
    const orders = Array.from({ length: 60 }, (_, n) => (n % 2 === 0 ? buckets : buckets.toReversed()));
    const counted = await Promise.all(orders.map((order) => countAttempt(order)));
    expect(counted.every(({ ok }) => ok)).toBe(true);
    const rows = await db().rateLimit.findMany({ select: { failures: true } });
    expect(rows.map(({ failures }) => failures)).toEqual(new Array(100).fill(60));
  });

  test('count once when one is named twice', async () => {
    const account = await accountBucket(EMAIL);
    await countAttempt([account, account]);
    expect(await failuresOf(account)).toBe(1);
  });
});

describe('the name of a bucket', () => {
  test('is the same for every spelling of an address, known or not', async () => {
    expect((await accountBucket(` ${EMAIL.toUpperCase()} `)).key).toBe((await accountBucket(EMAIL)).key);
  });

  test('differs by policy, address and device', async () => {
    const buckets = [
      await accountBucket(EMAIL),
      await accountBucket('other@handstamp.test'),
      await deviceBucket(EMAIL, 'device-1'),
      await deviceBucket(EMAIL, 'device-2'),
      await codeBucket(EMAIL),
      await mailboxBucket(EMAIL),
    ];
    expect(new Set(buckets.map(({ key }) => key)).size).toBe(buckets.length);
  });

  test('tells nothing of what was typed, and has one length', async () => {
    const typed = 'my password, typed into the wrong field';
    const { key } = await accountBucket(typed);
    expect(key).toMatch(/^account:[A-Za-z0-9_-]{43}$/);
    await countAttempt([await accountBucket(typed)]);
    expect(JSON.stringify(await db().rateLimit.findMany())).not.toContain('password');
  });
});
