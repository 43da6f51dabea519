import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { db } from '@/lib/server/database/client';
import {
  accountBucket,
  addressBucket,
  type Bucket,
  clearAttempts,
  codeBucket,
  countAttempt,
  deviceBucket,
  mailBuckets,
} from '@/lib/server/rate-limit/limiter';
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

/** The bucket of one mailbox, of one domain for one network, and of all mails. */
async function bucketsOfMail(email: string, ip: string | null = null) {
  const [mailbox, domain, total] = await mailBuckets(email, ip);
  if (!mailbox || domain === undefined || !total) throw new Error('A mail is counted three times');
  return { mailbox, domain, total };
}
const mailBucket = async (email: string) => (await bucketsOfMail(email)).mailbox;

describe.each([
  ['account', () => accountBucket(EMAIL)],
  ['device', () => deviceBucket(EMAIL, 'device-1')],
  ['code', () => codeBucket(EMAIL)],
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

  test('are forgotten after a success', async () => {
    const bucket = await makeBucket();
    await countTimes(5, [bucket]);
    await clearAttempts([bucket, null]);
    expect(await countTimes(5, [bucket])).not.toContain(false);
  });

  test('are forgotten after a quiet day, and not before', async () => {
    const bucket = await makeBucket();
    await countTimes(4, [bucket]);
    await letPass(86_390);
    await countTimes(1, [bucket]);
    expect(await failuresOf(bucket)).toBe(5);
    await letPass(86_401);
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
    for (let failure = 0; failure < 12; failure += 1) {
      await countAttempt([bucket]);
      await letPass(900);
    }
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

  test('are not forgotten after a success, which may be the attacker’s own', async () => {
    const bucket = await addressBucket('203.0.113.7');
    await countTimes(100, [bucket]);
    await clearAttempts([bucket]);
    expect((await countAttempt([bucket])).ok).toBe(false);
  });

  test('are those of an IPv4 address or an IPv6 /64, however it is written', async () => {
    const keyOf = async (ip: string) => (await addressBucket(ip))?.key;
    expect(await keyOf('2001:db8:0:1::1')).toBe(await keyOf('2001:DB8:0:1:ffff:0:0:2'));
    expect(await keyOf('2001:db8:0:1::1')).not.toBe(await keyOf('2001:db8:0:2::1'));
    expect(await keyOf('203.0.113.7')).not.toBe(await keyOf('203.0.113.8'));
  });

  test('are not limited when the address is unknown', async () => {
    expect(await addressBucket(null)).toBeNull();
    expect(await countAttempt([null])).toEqual({ ok: true, value: undefined });
    expect(await db().rateLimit.count()).toBe(0);
  });
});

test('five mails an hour go to one address', async () => {
  const bucket = await mailBucket(EMAIL);
  expect(await countTimes(6, [bucket])).toEqual([true, true, true, true, true, false]);
  await letPass(1_800);
  const waitSeconds = await waitOf([bucket]);
  expect(waitSeconds).toBeGreaterThan(1_790);
  expect(waitSeconds).toBeLessThanOrEqual(1_800);
  await clearAttempts([bucket]);
  expect((await countAttempt([bucket])).ok).toBe(false);
  await letPass(1_800);
  expect((await countAttempt([bucket])).ok).toBe(true);
});

describe('mails that strangers cause', () => {
  test('are counted for one mailbox, whatever its spelling, tag and dots', async () => {
    const { key } = await mailBucket('firstlast@xn--bcher-kva.test');
    for (const email of ['First.Last@bücher.test', 'firstlast+1@BÜCHER.test', 'f.irstlast+x@𝐛ücher.test']) {
      expect((await mailBucket(email)).key).toBe(key);
    }
    expect((await mailBucket('firstlast@bucher.test')).key).not.toBe(key);
  });

  test('are counted for one domain and the network that asks, so that nobody can shut a provider for others', async () => {
    const { domain } = await bucketsOfMail('a@example.com', '203.0.113.7');
    expect((await bucketsOfMail('b+x@EXAMPLE.com', '203.0.113.99')).domain).toEqual(domain);
    const others = [
      await bucketsOfMail('a@example.com', '198.51.100.7'),
      await bucketsOfMail('a@example.org', '203.0.113.7'),
      await bucketsOfMail('a@mail.example.com', '203.0.113.7'),
    ];
    for (const other of others) expect(other.domain?.key).not.toBe(domain?.key);
    expect((await bucketsOfMail('a@example.com', '2001:db8:1:1::1')).domain).toEqual(
      (await bucketsOfMail('a@example.com', '2001:db8:1:ffff::1')).domain,
    );
    expect((await bucketsOfMail('a@example.com')).domain).toBeNull();
    expect((await countTimes(301, [domain])).filter(Boolean)).toHaveLength(300);
    expect(await waitOf([domain])).toBeGreaterThan(3_590);
  });

  test('are 300 a minute in all, and the next minute brings new ones', async () => {
    const { total } = await bucketsOfMail('a@example.com', '203.0.113.7');
    expect((await bucketsOfMail('b@example.org', '198.51.100.7')).total).toEqual(total);
    expect((await countTimes(301, [total])).filter(Boolean)).toHaveLength(300);
    await letPass(await waitOf([total]));
    expect((await countAttempt([total])).ok).toBe(true);
  });
});

describe('several buckets', () => {
  test('are counted by one statement, however many and whether they pass or not', async () => {
    const buckets = [await accountBucket(EMAIL), await addressBucket('203.0.113.7'), await mailBucket(EMAIL)];
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
    const mail = await mailBucket(EMAIL);
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
      await mailBucket(EMAIL),
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
