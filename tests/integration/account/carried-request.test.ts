import { describe, expect, it } from 'vitest';
import { newId } from '@/lib/core/encoding';
import { seal } from '@/lib/core/token/sealed-token';
import { db } from '@/lib/server/database/client';
import { sealKeys } from '@/lib/server/keys/data-keys';
import { randomBytes } from '@/lib/server/keys/random';
import { carry, openCarried } from '@/lib/server/step-up/carried-request';
import { confirm } from '@/lib/server/step-up/confirm';
import { guardChange, type Signer } from '@/lib/server/step-up/guard';
import { useDatabase } from '@/tests/support/database/use-database';
import { ageProof } from '@/tests/support/http/account';
import { createPerson, PASSWORD, type Person, prepareSession } from '@/tests/support/people';

await useDatabase();
const facts = { userAgent: null, device: null, ip: null };
const request = { action: 'change_email', email: 'elsewhere@people.test' } as const;

async function signerOf(owner: Person): Promise<Signer> {
  const { id } = await prepareSession(owner);
  await ageProof(id);
  const signer = await guardChange({ sub: owner.id, sid: id }, facts);
  if (!signer.ok) throw new Error('The session is over');
  return signer.value;
}
const newOwner = () => createPerson({ hasPassword: true });
const give = (signer: Signer, carried: string, password = PASSWORD) =>
  confirm({ signer, carried, proof: { kind: 'password', password }, facts, deviceCookie: null });
const codeOf = (outcome: Awaited<ReturnType<typeof confirm>>) => (outcome.ok ? 'done' : outcome.code);
const expired = async ({ user, sessionId }: Signer) => {
  const exp = Math.floor(Date.now() / 1_000) - 60;
  const data = { sub: user.id, sid: sessionId, request };
  return seal('carried', { jti: newId(randomBytes), exp, data }, (await sealKeys()).current);
};

// Promise: A change that waits for its proof is confirmed by the person and session that asked for it
describe('a change that its page carries', () => {
  it('is done with the proof of the person who asked, once', async () => {
    const signer = await signerOf(await newOwner());
    const carried = await carry(request, signer);
    const outcome = await give(signer, carried);
    expect(outcome).toMatchObject({ ok: true, value: { request, signer: { isRecent: true } } });
    const next = outcome.ok ? outcome.value.signer : signer;
    expect(codeOf(await give(next, carried))).toBe('stale');
  });

  it('that somebody with a copied cookie left for the owner to confirm is not confirmed: nothing is kept anywhere', async () => {
    const owner = await newOwner();
    const thief = await signerOf(owner);
    const before = await db().ceremony.count();
    const carried = await carry({ action: 'change_email', email: 'thief@people.test' }, thief);
    expect(await db().ceremony.count()).toBe(before);
    const mine = await signerOf(owner);
    const outcome = await give(mine, carried);
    expect(outcome).toMatchObject({ ok: false, code: 'stale', request: { email: 'thief@people.test' } });
    expect(await db().session.count({ where: { userId: owner.id, endedAt: null } })).toBe(2);
  });

  it('of somebody else, damaged, made up, too old or of another purpose is not, and says nothing of what it held', async () => {
    const signer = await signerOf(await newOwner());
    const foreign = await carry(request, await signerOf(await newOwner()));
    const own = await carry(request, signer);
    const data = { sub: signer.user.id, sid: signer.sessionId, request };
    const content = { jti: newId(randomBytes), exp: Math.floor(Date.now() / 1_000) + 60, data };
    const otherPurpose = await seal('draft', content, (await sealKeys()).current);
    const unknown = { ...content, data: { ...data, request: { action: 'make_admin', email: 'x' } } };
    const unknownAction = await seal('carried', unknown, (await sealKeys()).current);
    const damaged = `${own.slice(0, -2)}${own.endsWith('AA') ? 'BB' : 'AA'}`;
    for (const text of [foreign, damaged, '', 'nonsense', await expired(signer), otherPurpose, unknownAction]) {
      expect(await openCarried(text, signer)).toEqual({ ok: false, code: 'invalid' });
      expect(await give(signer, text)).toEqual({ ok: false, code: 'stale', request: null });
    }
    expect(codeOf(await give(signer, own))).toBe('done');
  });

  it('with a wrong proof waits on, sealed anew, and nothing has ended', async () => {
    const signer = await signerOf(await newOwner());
    const carried = await carry(request, signer);
    const outcome = await give(signer, carried, 'not-the-one-that-was-set-here');
    expect(outcome).toMatchObject({ code: 'unproven', request, reason: { code: 'invalid_credentials' } });
    const again = !outcome.ok && outcome.code === 'unproven' ? outcome.carried : '';
    expect(codeOf(await give(signer, again))).toBe('done');
  });

  it('brings what is kept back only to whoever may make it, and never in the answer to a stale one', async () => {
    const owner = await newOwner();
    const signer = await signerOf(owner);
    const change = { action: 'change_password', since: 1 } as const;
    const carried = await carry(change, signer, 'the-hash');
    expect(await openCarried(carried, signer)).toMatchObject({ ok: true, value: { keptBack: 'the-hash' } });
    expect(await openCarried(carried, await signerOf(owner))).toEqual({ ok: false, code: 'stale', request: change });
    const wrong = await give(signer, carried, 'not-the-one-that-was-set-here');
    expect(JSON.stringify({ ...wrong, carried: '' })).not.toContain('the-hash');
    const again = !wrong.ok && wrong.code === 'unproven' ? wrong.carried : '';
    expect(await give(signer, again)).toMatchObject({ ok: true, value: { request: change, keptBack: 'the-hash' } });
  });

  it('of a session that ended meanwhile is not done', async () => {
    const signer = await signerOf(await newOwner());
    const carried = await carry(request, signer);
    await db().$executeRaw`UPDATE "Session" SET "endedAt" = now() WHERE id = ${signer.sessionId}`;
    expect(codeOf(await give(signer, carried))).toBe('unauthenticated');
  });
});
