import { describe, expect, it } from 'vitest';
import { newId } from '@/lib/core/encoding';
import { hashLinkToken } from '@/lib/core/token/link-token';
import { writeEmail } from '@/lib/server/account/email-store';
import { createCeremony } from '@/lib/server/ceremonies/ceremony-store';
import { db } from '@/lib/server/database/client';
import { isUniqueViolation } from '@/lib/server/database/errors';
import { randomBytes } from '@/lib/server/keys/random';
import { emailChangedNew } from '@/lib/server/mail/account-messages';
import { changeAndSignOut } from '@/lib/server/recovery/change-and-sign-out';
import { useUndoLink } from '@/lib/server/recovery/undo-links';
import { changeAndSucceed } from '@/lib/server/sessions/change';
import { startSession } from '@/lib/server/sessions/start';
import { spendProof } from '@/lib/server/step-up/proof-store';
import { giveLink } from '@/tests/support/database/link-rows';
import { useDatabase } from '@/tests/support/database/use-database';
import { atOnce } from '@/tests/support/http/requests';
import { createPerson, prepareSession } from '@/tests/support/people';
import { proved, roundsOf } from '@/tests/support/proof';

await useDatabase();
const ROUNDS = roundsOf(100);
const FACTS = { userAgent: null, device: null, ip: null };
const NOBODY = { ip: null, userAgent: null };
const mail = emailChangedNew();

// Promise: What is good once has one success of sixteen at once
describe(`16 at once, ${ROUNDS} rounds in the database: one success each, and nobody blocks anybody`, () => {
  it('a change that its page carried', async () => {
    const person = await createPerson({ hasPassword: true });
    let { id: sessionId } = await prepareSession(person);
    for (let round = 0; round < ROUNDS; round += 1) {
      const confirmed = { jti: newId(randomBytes), exp: Math.floor(Date.now() / 1_000) + 600 };
      const proof = { amr: ['pwd'], passwordSince: null };
      const change = { userId: person.id, sessionId, facts: FACTS, proof, othersEnd: null };
      const use = { userId: person.id, sessionId, kind: 'password', spending: null, ...NOBODY } as const;
      const done = await atOnce(16, () =>
        changeAndSucceed(change, async (tx) =>
          (await spendProof({ ...use, confirmed }, tx)) === 'done' ? true : null,
        ),
      );
      const [success, ...more] = done.filter((one) => one !== null);
      expect([success === undefined, more.length]).toEqual([false, 0]);
      sessionId = success?.tokens.claims.sid ?? '';
    }
    expect(await db().session.count({ where: { userId: person.id, endedAt: null } })).toBe(1);
    proved({ what: 'a change that its page carried, 16 uses at once', tried: ROUNDS, held: ROUNDS });
  });

  it('a code for a new address, while somebody else proves the same address', async () => {
    const people = [await createPerson(), await createPerson()];
    const emails = people.map(({ email }) => email);
    const sessions = await Promise.all(people.map(async (person) => (await prepareSession(person)).id));
    for (let round = 0; round < ROUNDS; round += 1) {
      const email = `round-${round}@people.test`;
      const jtis = [newId(randomBytes), newId(randomBytes)];
      for (const jti of jtis) await createCeremony(jti, 'email-change', 600);
      const done = await atOnce(16, async (n) => {
        const who = n % 2;
        const [sub, sid, old] = [people[who]?.id ?? '', sessions[who] ?? '', emails[who] ?? ''];
        const change = { sub, sid, old, email, code: '', askedAt: Math.floor(Date.now() / 1_000) };
        const written = { ...NOBODY, change, undoMail: mail, welcome: mail, undoHash: randomBytes(32) };
        const session = { userId: sub, sessionId: sid, facts: FACTS, proof: null, othersEnd: null };
        const changed = await changeAndSucceed(session, (tx, sessionId) =>
          writeEmail({ ...written, jti: jtis[who] ?? '', sessionId }, tx),
        ).catch((error: unknown) => {
          if (!isUniqueViolation(error)) throw error;
          return null;
        });
        return changed === null ? null : { who, sid: changed.tokens.claims.sid };
      });
      const [success, ...more] = done.filter((one) => one !== null);
      expect([success === undefined, more.length]).toEqual([false, 0]);
      if (success === undefined) return;
      sessions[success.who] = success.sid;
      emails[success.who] = email;
      // The address before is free again for the next round.
      await db().mailLink.deleteMany();
    }
    proved({ what: 'a code for a new address, 16 uses at once by two people', tried: ROUNDS, held: ROUNDS });
  });

  it('two links that take a change back, of one person', async () => {
    const person = await createPerson();
    const report = { ...NOBODY, userId: person.id, mail };
    for (let round = 0; round < ROUNDS; round += 1) {
      const tokens = [await giveLink(person, '0 s', 'not_me'), await giveLink(person, '1 s', 'undo_email')];
      await startSession({
        userId: person.id,
        kind: 'browser',
        remember: true,
        amr: [],
        facts: FACTS,
        broughtRefreshToken: null,
      });
      const done = await atOnce(16, async (n) => {
        const linkHash = (await hashLinkToken(tokens[n % 2] ?? '')) ?? new Uint8Array();
        const used = { ...report, linkHash, resetHash: randomBytes(32) };
        return {
          which: n % 2,
          isDone: await changeAndSignOut(FACTS, 'undone', (tx) => useUndoLink(used, tx)),
        };
      });
      const successes = done.filter(({ isDone }) => isDone).map(({ which }) => which);
      // The older one may still be used after the newer; the newer never after the older.
      expect([[0], [1], [0, 1], [1, 0]].map(String)).toContain(String(successes));
      expect(successes.filter((which) => which === 1)).toHaveLength(1);
      expect(await db().session.count({ where: { userId: person.id, endedAt: null } })).toBe(0);
    }
    proved({ what: 'two links that take a change back, 16 uses at once', tried: ROUNDS, held: ROUNDS });
  });
});
