import { beforeEach, describe, expect, it } from 'vitest';
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '@/lib/core/keys/signing-key';
import { db } from '@/lib/server/database/client';
import { ensureKeys, loadKeyring } from '@/lib/server/keys/keyring';
import { retireKey, revokeKey, rotateKeys, rotateWhenDue } from '@/lib/server/keys/rotation';
import { useDatabase } from '@/tests/support/database/use-database';
import { atOnce } from '@/tests/support/http/requests';
import { ageNextKey, kidIn, publishedKids, signingKeys } from '@/tests/support/keys';

await useDatabase();

/** Keys of one algorithm, the next one long enough published. */
async function begin(algorithm: SigningAlgorithm = 'ES256'): Promise<{ current: string; next: string }> {
  await db().$executeRaw`DELETE FROM "Key" WHERE purpose = 'signing'`;
  await db().$executeRaw`TRUNCATE "AuditEvent"`;
  await ensureKeys({ algorithm });
  await ageNextKey(120);
  return { current: await kidIn('current'), next: await kidIn('next') };
}

const audited = async () =>
  (await db().auditEvent.findMany({ orderBy: { id: 'asc' } })).map(({ type, userId, details }) => ({
    type,
    userId,
    details,
  }));

beforeEach(async () => {
  await begin();
});

// Promise: Keys rotate and every token stays good
describe.each(SIGNING_ALGORITHMS)('rotating %s keys', (algorithm) => {
  it('lets the next key sign, keeps the old one published for 960 s, and publishes another', async () => {
    const before = await begin(algorithm);
    const outcome = await rotateKeys();
    if (outcome.kind !== 'rotated') throw new Error(outcome.kind);
    expect(outcome.promoted).toEqual({ kid: before.next, algorithm });
    expect(outcome.retired).toMatchObject({ kid: before.current, algorithm });
    expect(outcome.next.algorithm).toBe(algorithm);
    const keys = await signingKeys();
    expect(keys[before.next]).toMatchObject({ slot: 'current', retiredAt: null, expiresAt: null });
    expect(keys[outcome.next.kid]).toMatchObject({ slot: 'next', promotedAt: null, expiresAt: null, algorithm });
    const old = keys[before.current];
    expect(old?.slot).toBeNull();
    expect((old?.expiresAt?.getTime() ?? 0) - (old?.retiredAt?.getTime() ?? 0)).toBe(960_000);
    expect(keys[before.next]?.promotedAt).toEqual(old?.retiredAt);
    const loaded = await loadKeyring();
    expect(loaded.signing).toMatchObject({ kid: before.next, algorithm });
    expect([...loaded.verifying.keys()].sort()).toEqual([before.current, before.next, outcome.next.kid].sort());
  });
});

describe('rotating', () => {
  it('is refused, with the time when it may be, while the next key is younger than 120 s', async () => {
    await ageNextKey(119);
    const before = await signingKeys();
    const outcome = await rotateKeys();
    expect(outcome.kind).toBe('too_early');
    if (outcome.kind !== 'too_early') return;
    const { createdAt } = before[outcome.next.kid] ?? {};
    expect(outcome.next.readyAt).toBe((createdAt?.getTime() ?? 0) / 1_000 + 120);
    expect(outcome.next.readyAt - outcome.now).toBeGreaterThan(0);
    expect(outcome.next.readyAt - outcome.now).toBeLessThanOrEqual(1);
    expect(await signingKeys()).toEqual(before);
    expect(await audited()).toEqual([]);
  });

  it('to another algorithm replaces the next key first, and signs with it when its time has come', async () => {
    const before = { current: await kidIn('current'), next: await kidIn('next') };
    const replaced = await rotateKeys({ algorithm: 'EdDSA' });
    if (replaced.kind !== 'next_replaced') throw new Error(replaced.kind);
    expect(replaced.withdrawn.kid).toBe(before.next);
    expect(replaced.next.algorithm).toBe('EdDSA');
    expect(replaced.next.readyAt - replaced.now).toBeCloseTo(120, 1);
    expect(await publishedKids()).toEqual([before.current, replaced.next.kid].sort());
    expect((await rotateKeys({ algorithm: 'EdDSA' })).kind).toBe('too_early');
    await ageNextKey(120);
    const rotated = await rotateKeys({ algorithm: 'EdDSA' });
    if (rotated.kind !== 'rotated') throw new Error(rotated.kind);
    expect(rotated.promoted).toEqual({ kid: replaced.next.kid, algorithm: 'EdDSA' });
    expect(rotated.next.algorithm).toBe('EdDSA');
    expect(rotated.retired).toMatchObject({ kid: before.current, algorithm: 'ES256' });
  });

  it('is written into the audit log with the kid and algorithm of every key that changed, and no person', async () => {
    const current = await kidIn('current');
    const next = await kidIn('next');
    await rotateKeys();
    const about = (kid: string, was: string) => ({ userId: null, details: { kid, alg: 'ES256', was } });
    expect(await audited()).toEqual([
      { type: 'key_withdrawn', ...about(current, 'current') },
      { type: 'key_promoted', ...about(next, 'next') },
    ]);
  });

  it.each([...SIGNING_ALGORITHMS, undefined])(
    'twenty times at once happens once (asking for %s)',
    async (algorithm) => {
      await begin(algorithm);
      const outcomes = await atOnce(20, () => rotateKeys(algorithm ? { algorithm } : {}));
      expect(outcomes.filter(({ kind }) => kind === 'rotated')).toHaveLength(1);
      expect(outcomes.filter(({ kind }) => kind === 'too_early')).toHaveLength(19);
      const slots = Object.values(await signingKeys()).map(({ slot }) => slot);
      expect(slots.sort()).toEqual(['current', 'next', null]);
    },
  );

  it('at once with revocations of the same key and changes of algorithm leaves one current and one next key', async () => {
    const watching = watchSlots();
    const outcomes = await atOnce(12, async (number) => {
      const kid = await kidIn('current');
      if (number % 3 === 0) return (await revokeKey(kid)).kind;
      return (await rotateKeys({ algorithm: number % 3 === 1 ? 'EdDSA' : 'ES256' })).kind;
    });
    expect(outcomes).toContain('revoked');
    expect(outcomes).toContain('next_replaced');
    expect(await watching.stop()).toEqual([]);
    const keys = Object.values(await signingKeys());
    expect(keys.filter(({ slot }) => slot === 'current')).toHaveLength(1);
    expect(keys.filter(({ slot }) => slot === 'next')).toHaveLength(1);
    await expect(loadKeyring()).resolves.toMatchObject({ signing: { kid: await kidIn('current') } });
  });
});

/** Looks again and again, past all locks, whether there is one current and one next key. */
function watchSlots(): { stop(): Promise<string[]> } {
  const wrong: string[] = [];
  let isOver = false;
  let looks = 0;
  const watched = (async () => {
    while (!isOver) {
      const rows = await db().key.findMany({ where: { purpose: 'signing', slot: { not: null } } });
      const slots = rows.map(({ slot }) => slot).sort();
      looks += 1;
      if (slots.join() !== 'current,next') wrong.push(slots.join());
    }
  })();
  return {
    async stop() {
      isOver = true;
      await watched;
      expect(looks).toBeGreaterThan(3);
      return wrong;
    },
  };
}

describe('retiring', () => {
  it('the current key rotates away from it', async () => {
    const current = await kidIn('current');
    const next = await kidIn('next');
    expect(await retireKey(current)).toMatchObject({ kind: 'rotated', promoted: { kid: next } });
    expect(await kidIn('current')).toBe(next);
  });

  it('the current key waits for the next one, as rotating does', async () => {
    await ageNextKey(10);
    const current = await kidIn('current');
    expect(await retireKey(current)).toMatchObject({ kind: 'too_early' });
    expect(await kidIn('current')).toBe(current);
  });

  it('a key that is not current any more does not rotate once more', async () => {
    const current = await kidIn('current');
    await rotateKeys();
    await ageNextKey(120);
    const promoted = await kidIn('current');
    const outcome = await retireKey(current);
    const expiresAt = (await signingKeys())[current]?.expiresAt?.getTime() ?? 0;
    expect(outcome).toEqual({ kind: 'already_retired', publishedUntil: expiresAt / 1_000 });
    expect(await kidIn('current')).toBe(promoted);
  });

  it('the next key withdraws it and publishes another of its algorithm', async () => {
    await begin('EdDSA');
    const next = await kidIn('next');
    const outcome = await retireKey(next);
    expect(outcome).toMatchObject({ kind: 'next_replaced', withdrawn: { kid: next }, next: { algorithm: 'EdDSA' } });
    expect(await publishedKids()).not.toContain(next);
    expect(await kidIn('next')).not.toBe(next);
  });

  it('a key that nobody knows, or that is gone, changes nothing', async () => {
    const next = await kidIn('next');
    await revokeKey(next);
    const before = await signingKeys();
    expect(await retireKey('no-such-')).toEqual({ kind: 'unknown_key' });
    expect(await retireKey(next)).toEqual({ kind: 'gone' });
    expect(await retireKey('seal')).toEqual({ kind: 'unknown_key' });
    expect(await signingKeys()).toEqual(before);
  });
});

describe('revoking', () => {
  it('the current key takes it out of the key set at once; the next one signs, however new it is', async () => {
    const current = await kidIn('current');
    await rotateKeys();
    const promoted = await kidIn('current');
    const fresh = await kidIn('next');
    const outcome = await revokeKey(promoted);
    expect(outcome).toMatchObject({ kind: 'revoked', revoked: { kid: promoted }, promoted: { kid: fresh } });
    expect(await kidIn('current')).toBe(fresh);
    expect(await publishedKids()).toEqual([current, fresh, await kidIn('next')].sort());
    expect((await loadKeyring()).verifying.has(promoted)).toBe(false);
    expect((await audited()).slice(-2)).toMatchObject([
      { type: 'key_revoked', userId: null, details: { kid: promoted, alg: 'ES256', was: 'current' } },
      { type: 'key_promoted', userId: null, details: { kid: fresh } },
    ]);
  });

  it('a next or a retired key takes it out and leaves the current one alone', async () => {
    const old = await kidIn('current');
    await rotateKeys();
    const current = await kidIn('current');
    const next = await kidIn('next');
    expect(await revokeKey(old)).toMatchObject({ kind: 'revoked', promoted: null, next: null });
    expect(await revokeKey(next)).toMatchObject({ kind: 'revoked', promoted: null });
    expect(await kidIn('current')).toBe(current);
    expect(await publishedKids()).toEqual([current, await kidIn('next')].sort());
  });

  it('ten times at once revokes one key only', async () => {
    const current = await kidIn('current');
    const outcomes = await atOnce(10, () => revokeKey(current));
    expect(outcomes.filter(({ kind }) => kind === 'revoked')).toHaveLength(1);
    expect(outcomes.filter(({ kind }) => kind === 'gone')).toHaveLength(9);
  });

  it('the current key where no next one is left makes one', async () => {
    await db().key.delete({ where: { id: await kidIn('next') } });
    const current = await kidIn('current');
    expect(await revokeKey(current)).toMatchObject({ kind: 'revoked', revoked: { kid: current } });
    expect(await kidIn('current')).not.toBe(current);
    await kidIn('next');
  });
});

describe('automatic rotation', () => {
  const age = (days: number) =>
    db()
      .$executeRaw`UPDATE "Key" SET "promotedAt" = now() - make_interval(days => ${days}::int) WHERE slot = 'current'`;

  it('is off without a number of days', async () => {
    await age(5_000);
    expect(await rotateWhenDue(0)).toBe('off');
  });

  it('waits for the day, and for the next key', async () => {
    await age(29);
    const current = await kidIn('current');
    expect(await rotateWhenDue(30)).toBe('not_due');
    await age(30);
    await ageNextKey(60);
    expect(await rotateWhenDue(30)).toBe('waiting');
    expect(await kidIn('current')).toBe(current);
  });

  it('called ten times at once rotates once', async () => {
    await age(30);
    const next = await kidIn('next');
    const outcomes = await atOnce(10, () => rotateWhenDue(30));
    expect(outcomes.filter((outcome) => outcome === 'rotated')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'not_due')).toHaveLength(9);
    expect(await kidIn('current')).toBe(next);
  });
});
