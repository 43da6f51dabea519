import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { db } from '@/lib/server/database/client';
import { pepperKeys } from '@/lib/server/keys/data-keys';
import { hurry } from '@/lib/server/maintenance/ending';
import { bcryptOf, formatStored, passwordBytes } from '@/lib/server/passwords/hash';
import { hashWhenFree, verifyPassword, withHashPlace } from '@/lib/server/passwords/hasher';
import { useDatabase } from '@/tests/support/database/use-database';

await useDatabase();
process.env['PASSWORD_HASH_COST'] = '12';
afterAll(() => db().$disconnect());

const PASSWORD = 'violet-otter-maps-the-harbour';

async function hashed(password: string): Promise<string> {
  const result = await hashWhenFree('tests', password);
  if (!result.ok) throw new Error(result.code);
  return result.value;
}

const verify = (password: string, stored: string) =>
  withHashPlace({ lane: 'known', account: 'tests', network: null }, (place) => verifyPassword(password, stored, place));

describe('a stored password', () => {
  let stored = '';
  beforeAll(async () => {
    stored = await hashed(PASSWORD);
  });

  test('names the current pepper key and cost 12', async () => {
    const { current } = await pepperKeys();
    expect(stored).toMatch(/^hs1\$[A-Za-z0-9_-]{8}\$\$2b\$12\$[./A-Za-z0-9]{53}$/);
    expect(stored.split('$')[1]).toBe(current.id);
  });

  test('is different each time', async () => {
    expect(await hashed(PASSWORD)).not.toBe(stored);
  });

  test('matches its password and no other', async () => {
    const matching = { ok: true, value: { matches: true, needsRehash: false } };
    expect(await verify(PASSWORD, stored)).toEqual(matching);
    expect(await verify(`${PASSWORD} `, stored)).toMatchObject({ value: { matches: false } });
    expect(await verify('', stored)).toMatchObject({ value: { matches: false } });
  });

  test('asks for a new hash when its cost is not the one of today', async () => {
    const { current } = await pepperKeys();
    const bcrypt = bcryptOf(passwordBytes(PASSWORD), current.bytes, '$2b$10$abcdefghijklmnopqrstuu');
    const check = await verify(PASSWORD, formatStored(current.id, bcrypt));
    expect(check).toEqual({ ok: true, value: { matches: true, needsRehash: true } });
  });

  test('whose pepper key is gone matches nothing, and says so in the log without the hash', async () => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const check = await verify(PASSWORD, stored.replace(/^hs1\$.{8}/, 'hs1$gonegone'));
    const lines = write.mock.calls.map(([line]) => String(line)).join('');
    write.mockRestore();
    expect(check).toEqual({ ok: true, value: { matches: false, needsRehash: false } });
    expect(lines).toContain('"event":"password.unreadable","keyId":"gonegone"');
    expect(lines).not.toContain(stored.slice(-20));
  });
});

test('nobody waits for a thread once the process is about to end', async () => {
  // One more than there can be threads: it waits.
  const jobs = Array.from({ length: availableParallelism() + 1 }, (_, at) => hashWhenFree(`the end ${at}`, PASSWORD));
  // Each asks for the pepper first.
  await pepperKeys();
  hurry();
  const answers = await Promise.all(jobs);
  expect(answers.filter(({ ok }) => ok).length).toBeGreaterThan(0);
  expect(answers.filter((answer) => !answer.ok && answer.code === 'overloaded').length).toBeGreaterThan(0);
});
