import { beforeEach, describe, expect, it } from 'vitest';
import { importRootSecrets, parseAuthSecret, type RootSecrets } from '@/lib/core/keys/auth-secret';
import { unwrapSecret, wrapSecret } from '@/lib/core/keys/wrapping';
import { showReport } from '@/lib/server/cli/keys-report';
import { db } from '@/lib/server/database/client';
import { ensureKeys, loadKeyring } from '@/lib/server/keys/keyring';
import { randomBytes } from '@/lib/server/keys/random';
import { keyReport } from '@/lib/server/keys/report';
import { rewrapKeys } from '@/lib/server/keys/rewrap';
import { useDatabase } from '@/tests/support/database/use-database';
import { atOnce } from '@/tests/support/http/requests';
import { createPerson, prepareSession } from '@/tests/support/people';
import { TEST_AUTH_SECRET } from '@/tests/support/server/environment';

await useDatabase();
const OLD = 'b2xkIHNlY3JldCBvZiB0aGUgdGVzdHMsIG9mIG5vIHVzZQ';
const LOST = 'bG9zdCBzZWNyZXQgb2YgdGhlIHRlc3RzLCBvZiBubyB1c2U';
process.env['AUTH_SECRET'] = `${TEST_AUTH_SECRET},${OLD}`;

async function rootsOf(text: string): Promise<RootSecrets> {
  const parsed = parseAuthSecret(text);
  if (!parsed.ok) throw new Error(parsed.code);
  return importRootSecrets(parsed.value);
}
const [first, old, lost] = await Promise.all([TEST_AUTH_SECRET, OLD, LOST].map(rootsOf));
if (!first || !old || !lost) throw new Error('three secrets');

const stored = () => db().key.findMany({ orderBy: { id: 'asc' } });

/** What the stored key holds, opened with these secrets only. */
async function contentOf(id: string, roots: RootSecrets): Promise<Uint8Array> {
  const { purpose, ...wrapped } = await db().key.findUniqueOrThrow({ where: { id } });
  const opened = await unwrapSecret(wrapped, roots, { purpose, id });
  if (!opened.ok) throw new Error(opened.code);
  return opened.value;
}

/** Wraps the stored keys anew, as a server with another first secret would have. */
async function wrapAllWith(roots: RootSecrets): Promise<void> {
  for (const { id, purpose } of await stored()) {
    const wrapped = await wrapSecret(await contentOf(id, first ?? roots), roots, { purpose, id }, randomBytes);
    await db().key.update({ where: { id }, data: wrapped });
  }
}

beforeEach(async () => {
  await db().$executeRaw`TRUNCATE "Key", "AuditEvent", "User" CASCADE`;
  await ensureKeys();
});

// Promise: Every change of keys is in the audit log
describe('rewrapping', () => {
  it('moves every stored key to the first entry, and every key stays what it is', async () => {
    await wrapAllWith(old);
    const before = await Promise.all((await stored()).map(({ id }) => contentOf(id, old)));
    expect(before).toHaveLength(7);
    expect(await rewrapKeys()).toEqual({ kind: 'rewrapped', moved: 7, total: 7 });
    expect(await Promise.all((await stored()).map(({ id }) => contentOf(id, first)))).toEqual(before);
    await expect(loadKeyring()).resolves.toBeDefined();
    const [event, ...more] = await db().auditEvent.findMany();
    expect(event).toMatchObject({ type: 'keys_rewrapped', userId: null, details: { keys: 7, wrappedBy: first[0].id } });
    expect(more).toEqual([]);
  });

  it('a second time changes nothing, not even a nonce', async () => {
    await wrapAllWith(old);
    await rewrapKeys();
    const before = await stored();
    expect(await rewrapKeys()).toEqual({ kind: 'rewrapped', moved: 0, total: 7 });
    expect(await stored()).toEqual(before);
    expect(await db().auditEvent.count()).toBe(1);
  });

  it('ten times at once moves each key once', async () => {
    await wrapAllWith(old);
    const outcomes = await atOnce(10, () => rewrapKeys());
    const moved = outcomes.map((outcome) => (outcome.kind === 'rewrapped' ? outcome.moved : -1));
    expect(moved.sort()).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 7]);
    await expect(loadKeyring()).resolves.toBeDefined();
  });

  it('changes nothing at all when one key cannot be opened, and names it', async () => {
    await wrapAllWith(old);
    const [odd] = await db().key.findMany({ where: { purpose: 'pepper' } });
    if (!odd) throw new Error('no pepper');
    const context = { purpose: 'pepper', id: odd.id };
    await db().key.update({
      where: { id: odd.id },
      data: await wrapSecret(randomBytes(32), lost, context, randomBytes),
    });
    const before = await stored();
    expect(await rewrapKeys()).toEqual({ kind: 'cannot_open', ...context, code: 'unknown_wrapping_key' });
    expect(await stored()).toEqual(before);
    expect(await db().auditEvent.count()).toBe(0);
    const { unopened, advice } = await keyReport();
    expect(unopened).toEqual([{ id: odd.id, purpose: 'pepper' }]);
    expect(advice[0]).toMatchObject({ isDue: true, text: expect.stringContaining(`${odd.id} (pepper)`) });
  });

  it('is not held up by a key that is gone and waits for cleaning', async () => {
    const [next] = await db().key.findMany({ where: { slot: 'next' } });
    const wrapped = await wrapSecret(randomBytes(32), lost, { purpose: 'signing', id: next?.id ?? '' }, randomBytes);
    await db().key.update({
      where: { id: next?.id ?? '' },
      data: { ...wrapped, slot: null, expiresAt: new Date(Date.now() - 60_000) },
    });
    expect(await rewrapKeys()).toEqual({ kind: 'rewrapped', moved: 0, total: 6 });
  });
});

describe('the report', () => {
  const entry = async (place: number) => (await keyReport()).secrets.find((one) => one.place === place);
  const hold = async (sessionId: string, refreshKeyId: number | null) =>
    db().session.update({ where: { id: sessionId }, data: { refreshKeyId } });

  it('counts what each entry wraps and holds, and lets an old one go when that is nothing', async () => {
    await wrapAllWith(old);
    expect(await entry(1)).toMatchObject({ id: first[0].id, keys: 0, mayGo: false });
    expect(await entry(2)).toMatchObject({ id: old[0].id, keys: 7, mayGo: false });
    expect((await keyReport()).advice).toContainEqual({
      isDue: true,
      text: '7 stored keys are still wrapped by an old entry of AUTH_SECRET.',
      command: 'npm run keys -- rewrap',
    });
    await rewrapKeys();
    expect(await entry(1)).toMatchObject({ keys: 7, mayGo: false });
    expect(await entry(2)).toEqual({ place: 2, id: old[0].id, keys: 0, sessions: 0, sessionsUntil: null, mayGo: true });
  });

  it('keeps an old entry until the last live session of it has ended or moved, and says when that is', async () => {
    const person = await createPerson();
    const [one, two, over] = await Promise.all([
      prepareSession(person),
      prepareSession(person),
      prepareSession(person),
    ]);
    for (const { id } of [one, two, over]) await hold(id, old[0].id);
    await db().$executeRaw`UPDATE "Session" SET "idleExpiresAt" = now() + interval '3 days' WHERE id = ${two.id}`;
    await db().$executeRaw`UPDATE "Session" SET "endedAt" = now() WHERE id = ${over.id}`;
    const last = await db().session.findUniqueOrThrow({ where: { id: one.id } });
    expect(await entry(2)).toMatchObject({
      sessions: 2,
      sessionsUntil: last.idleExpiresAt.toISOString(),
      mayGo: false,
    });
    await hold(one.id, first[0].id);
    expect(await entry(2)).toMatchObject({ sessions: 1, mayGo: false });
    await db().$executeRaw`UPDATE "Session" SET "idleExpiresAt" = now() WHERE id = ${two.id}`;
    expect(await entry(2)).toMatchObject({ sessions: 0, mayGo: true });
  });

  it('counts a thousand and no more, and then says the end of their absolute lifetime', async () => {
    const { id, person } = await prepareSession();
    await hold(id, old[0].id);
    await db().$executeRaw`
      INSERT INTO "Session" (id, "userId", kind, "secretHash", "idleSeconds", "idleExpiresAt", "absoluteExpiresAt",
        remember, amr, "refreshKeyId")
      SELECT 'many ' || n, ${person.id}, 'browser', '', 60, now() + interval '1 hour', now() + n * interval '1 minute',
        true, '{pwd}', ${old[0].id}::int FROM generate_series(1, 1001) n`;
    const { absoluteExpiresAt } = await db().session.findUniqueOrThrow({ where: { id } });
    expect(await entry(2)).toMatchObject({ sessions: 1_000, sessionsUntil: absoluteExpiresAt.toISOString() });
    expect(showReport(await keyReport())).toMatch(/^ {2}2 .*0 keys +1,000 or more sessions/m);
    await db().$executeRaw`DELETE FROM "Session" WHERE id IN ('many 1001', 'many 1000', ${id})`;
    const [last] = await db().$queryRaw<
      { at: Date }[]
    >`SELECT max("idleExpiresAt") AS at FROM "Session" WHERE id LIKE 'many %'`;
    expect(await entry(2)).toMatchObject({ sessions: 999, sessionsUntil: last?.at.toISOString() });
    await db().$executeRaw`DELETE FROM "Session" WHERE id LIKE 'many %'`;
    expect(await entry(2)).toMatchObject({ sessions: 0, sessionsUntil: null });
  });

  it('keeps every old entry while nobody knows what made the token of a live session', async () => {
    const { id } = await prepareSession();
    await hold(id, null);
    expect(await entry(2)).toMatchObject({ sessions: 0, mayGo: false });
    expect((await keyReport()).otherSessions.unknown.sessions).toBe(1);
    await db().session.delete({ where: { id } });
    expect(await entry(2)).toMatchObject({ mayGo: true });
  });

  it('tells of live sessions whose secret is not in the list', async () => {
    const { id } = await prepareSession();
    await hold(id, lost[0].id);
    const { otherSessions, advice } = await keyReport();
    expect(otherSessions.unlisted.sessions).toBe(1);
    expect(advice).toContainEqual(
      expect.objectContaining({ isDue: true, text: expect.stringContaining('not in AUTH_SECRET') }),
    );
  });

  it('holds no secret, wrapped or not', async () => {
    await prepareSession();
    const text = JSON.stringify(await keyReport());
    for (const secret of [TEST_AUTH_SECRET, OLD]) expect(text).not.toContain(secret);
    for (const { wrappedSecret } of await stored()) {
      expect(text).not.toContain(Buffer.from(wrappedSecret).toString('base64'));
    }
  });
});
