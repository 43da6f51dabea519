import { describe, expect, it } from 'vitest';
import { decideRotation, type RotationState } from '@/lib/core/session/rotation';
import { db } from '@/lib/server/database/client';
import { type Presented, rotateOrRead } from '@/lib/server/sessions/session-store';
import { useDatabase } from '@/tests/support/database/use-database';
import { createPerson, prepareSession, sessionRow } from '@/tests/support/people';

await useDatabase();

const GRACE_SECONDS = 30;
const FROM_ANYWHERE = {
  facts: { userAgent: null, device: null, ip: null },
  refreshKeyId: 0,
  network: null,
  audience: null,
};
const person = await createPerson();
const disabledPerson = await createPerson();
await db().user.update({ where: { id: disabledPerson.id }, data: { disabledAt: new Date() } });

/** A session as a test wants it. Times are seconds from now: negative ones are over. */
type Setup = {
  readonly counter: number;
  readonly rotatedIn: number | null;
  readonly idleEndsIn: number;
  readonly absoluteEndsIn: number;
  readonly hasEnded: boolean;
  readonly isUserDisabled: boolean;
};

const LIVE = { idleEndsIn: 3600, absoluteEndsIn: 7200, hasEnded: false, isUserDisabled: false };
const ENDINGS: readonly Partial<Setup>[] = [
  {},
  { hasEnded: true },
  { isUserDisabled: true },
  { idleEndsIn: -0.001 },
  { absoluteEndsIn: -0.001 },
  { idleEndsIn: -60, absoluteEndsIn: -60, hasEnded: true, isUserDisabled: true },
  // About to be over, and still good.
  { idleEndsIn: 5, absoluteEndsIn: 5 },
];
const ROTATIONS = [null, 0, -15, -29, -GRACE_SECONDS, -31, -86_400];
const COUNTERS = [0, 1, 2 ** 32 - 8];
const PRESENTED = [-7, -2, -1, 0, 1, 2, 6];

const setups = COUNTERS.flatMap((counter) =>
  ROTATIONS.flatMap((rotatedIn) => ENDINGS.map((ending): Setup => ({ counter, rotatedIn, ...LIVE, ...ending }))),
);

async function store(id: string, setup: Setup): Promise<void> {
  const { counter, rotatedIn, idleEndsIn, absoluteEndsIn, hasEnded, isUserDisabled } = setup;
  await db().$executeRaw`
    UPDATE "Session" SET counter = ${counter}::bigint, "rotatedAt" = now() + ${rotatedIn}::float8 * interval '1 second',
      "idleSeconds" = 3600, "idleExpiresAt" = now() + ${idleEndsIn}::float8 * interval '1 second',
      "absoluteExpiresAt" = now() + ${absoluteEndsIn}::float8 * interval '1 second',
      "endedAt" = CASE WHEN ${hasEnded} THEN now() END,
      "userId" = ${isUserDisabled ? disabledPerson.id : person.id}
    WHERE id = ${id}`;
}

/** What the pure function is given: the row before the statement. */
async function stateOf(id: string): Promise<RotationState> {
  const row = await db().session.findUniqueOrThrow({ where: { id }, include: { user: true } });
  return {
    counter: Number(row.counter),
    rotatedAt: row.rotatedAt === null ? null : row.rotatedAt.getTime() / 1000,
    idleExpiresAt: row.idleExpiresAt.getTime() / 1000,
    absoluteExpiresAt: row.absoluteExpiresAt.getTime() / 1000,
    hasEnded: row.endedAt !== null,
    isUserDisabled: row.user.disabledAt !== null,
  };
}

describe('the refresh statement and decideRotation', () => {
  it(`agree on ${setups.length * PRESENTED.length} states and presented tokens`, async () => {
    const { id } = await prepareSession(person);
    const { secretHash } = await sessionRow(id);
    const seen: Record<string, number> = {};
    for (const setup of setups) {
      for (const offset of PRESENTED) {
        const counter = setup.counter + offset;
        if (counter < 0 || counter > 2 ** 32 - 1) continue;
        await store(id, setup);
        const state = await stateOf(id);
        const before = await sessionRow(id);
        const presented: Presented = { sessionId: id, counter, secretHash, kind: 'browser', ...FROM_ANYWHERE };
        const row = await rotateOrRead(presented, GRACE_SECONDS);
        const after = await sessionRow(id);
        const about = JSON.stringify({ ...setup, presented: counter });
        if (row === null) throw new Error(`No row for ${about}`);
        const decision = decideRotation(state, counter, row.now, GRACE_SECONDS);
        seen[decision.kind] = (seen[decision.kind] ?? 0) + 1;

        const doesRotate = decision.kind === 'rotate' || decision.kind === 'adopt';
        expect(row.didRotate, `${about}: ${decision.kind}`).toBe(doesRotate);
        if (doesRotate) {
          expect(after.counter, about).toBe(BigInt(decision.counter));
          expect(row.counter, about).toBe(decision.counter);
          expect(after.rotatedAt?.getTime(), about).toBeCloseTo(row.now * 1000, -1);
          const idleEnd = Math.min(row.now + 3600, state.absoluteExpiresAt);
          expect(after.idleExpiresAt.getTime() / 1000, about).toBeCloseTo(idleEnd, 1);
          expect(after.absoluteExpiresAt, about).toEqual(before.absoluteExpiresAt);
        } else {
          // Nothing written, and the row that came back leads to the same decision again.
          expect(after, about).toEqual(before);
          expect(decideRotation(row, counter, row.now, GRACE_SECONDS).kind, about).toBe(decision.kind);
        }
      }
    }
    // The table has a case for every arrow.
    expect(Object.keys(seen).sort()).toEqual(['adopt', 'converge', 'refuse', 'reuse', 'rotate']);
  });

  it('never rotates for a wrong session secret, whatever the counter', async () => {
    const { id } = await prepareSession(person);
    const before = await sessionRow(id);
    const secretHash = new Uint8Array(32).fill(7);
    for (const counter of [0, 1, 2, 2 ** 32 - 1]) {
      const row = await rotateOrRead({ sessionId: id, counter, secretHash, kind: 'browser', ...FROM_ANYWHERE }, 30);
      expect(row?.didRotate).toBe(false);
    }
    expect(await sessionRow(id)).toEqual(before);
  });

  it('never rotates a session of the other kind', async () => {
    const { id } = await prepareSession(person);
    const { secretHash } = await sessionRow(id);
    const row = await rotateOrRead({ sessionId: id, counter: 0, secretHash, kind: 'api', ...FROM_ANYWHERE }, 30);
    expect(row?.didRotate).toBe(false);
    expect((await sessionRow(id)).counter).toBe(0n);
  });

  it('finds nothing for a session that does not exist', async () => {
    const presented = { sessionId: 'nobody', counter: 0, secretHash: new Uint8Array(32), kind: 'browser' } as const;
    expect(await rotateOrRead({ ...presented, ...FROM_ANYWHERE }, 30)).toBeNull();
  });

  it('lets one of many racing statements rotate', async () => {
    const { id } = await prepareSession(person);
    const { secretHash } = await sessionRow(id);
    const presented: Presented = { sessionId: id, counter: 0, secretHash, kind: 'browser', ...FROM_ANYWHERE };
    const rows = await Promise.all(Array.from({ length: 40 }, () => rotateOrRead(presented, GRACE_SECONDS)));
    expect(rows.filter((row) => row?.didRotate)).toHaveLength(1);
    expect((await sessionRow(id)).counter).toBe(1n);
  });
});
