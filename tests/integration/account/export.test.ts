import { describe, expect, it } from 'vitest';
import { recordAudit } from '@/lib/server/audit/audit-log';
import { db } from '@/lib/server/database/client';
import { giveLink } from '@/tests/support/database/link-rows';
import { budgeted } from '@/tests/support/database/statements';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';
import { createProtected } from '@/tests/support/factors';
import { ageProof } from '@/tests/support/http/account';
import { problemOf } from '@/tests/support/http/problems';
import { bearer, signInProgram } from '@/tests/support/http/programs';
import { type RequestOptions, send } from '@/tests/support/http/requests';
import { givePasskey } from '@/tests/support/passkey';
import { type Cookies, createPerson, prepareSession } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });

const take = (cookies: Cookies, options: RequestOptions = {}) =>
  send(server, '/api/account/export', { method: 'POST', cookies, ...options });
const asForm = { form: {} } as const;

/** Every name of a member in `value`, and every text, however deep. */
function partsOf(value: unknown): { names: string[]; texts: string[] } {
  if (typeof value !== 'object' || value === null) return { names: [], texts: [String(value)] };
  const below = Object.values(value).map(partsOf);
  return {
    names: [...(Array.isArray(value) ? [] : Object.keys(value)), ...below.flatMap(({ names }) => names)],
    texts: below.flatMap(({ texts }) => texts),
  };
}

// Promise: The person gets all that is kept of them
describe('the file of all that is kept of a person', () => {
  it('has everything that is theirs and nothing of others, and costs six statements', async () => {
    const owner = await createProtected();
    await givePasskey(owner);
    await giveLink(owner, '0 s', 'not_me');
    const session = await prepareSession(owner, true, ['pwd', 'otp', 'mfa']);
    const ended = await prepareSession(owner);
    await db().session.update({ where: { id: ended.id }, data: { endedAt: new Date(), endReason: 'signed_out' } });
    const [ip, userAgent] = ['203.0.113.9', 'curl/8.5.0'];
    await recordAudit({
      type: 'device_changed',
      userId: owner.id,
      ip,
      userAgent,
      details: { from: 'Firefox on Linux' },
    });
    const stranger = (await prepareSession()).person;

    const { result: answer, statements } = await countStatements(databaseUrl, () => take(session.cookies));
    expect(answer.status, answer.text).toBe(200);
    expect(budgeted(statements)).toBeLessThanOrEqual(6);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.headers['content-disposition']).toMatch(
      /^attachment; filename="account-data-\d{4}-\d\d-\d\d\.json"$/,
    );
    expect(answer.headers['cache-control']).toContain('no-store');
    const data = answer.json() as { sessions: { id: string }[]; events: { type: string }[] };
    expect(data).toMatchObject({
      exportedAt: expect.stringMatching(/Z$/),
      account: {
        id: owner.id,
        email: owner.email,
        role: 'member',
        password: { changedAt: expect.any(String) },
        totp: { createdAt: expect.any(String) },
        passkeys: [{ name: expect.any(String), synced: expect.any(Boolean) }],
        mailLinks: [{ purpose: 'not_me', address: owner.email, usedAt: null }],
        factorReset: null,
      },
    });
    expect((data as unknown as { account: { recoveryCodes: object[] } }).account.recoveryCodes).toHaveLength(10);
    expect(data.sessions.map(({ id }) => id).sort()).toEqual([session.id, ended.id].sort());
    expect(data.events).toContainEqual(
      expect.objectContaining({
        type: 'device_changed',
        ip,
        userAgent,
        device: 'curl',
        details: { from: 'Firefox on Linux' },
      }),
    );
    expect(answer.text).not.toContain(stranger.id);
    expect(await db().auditEvent.count({ where: { userId: owner.id, type: 'data_exported' } })).toBe(1);
  });

  it('holds no hash, key, token or code, under whatever name', async () => {
    const owner = await createProtected();
    await givePasskey(owner);
    await giveLink(owner);
    const session = await prepareSession(owner, true, ['pwd', 'otp', 'mfa']);
    const { names, texts } = partsOf((await take(session.cookies)).json());
    expect(
      names.filter((name) => /hash|secret|token|keyid|publickey|credential|handle|statusnumber/i.test(name)),
    ).toEqual([]);
    const where = { userId: owner.id };
    const [password, totp, passkey, code, link, row, user] = await Promise.all([
      db().password.findFirstOrThrow({ where }),
      db().totp.findFirstOrThrow({ where }),
      db().passkey.findFirstOrThrow({ where }),
      db().recoveryCode.findFirstOrThrow({ where }),
      db().mailLink.findFirstOrThrow({ where }),
      db().session.findFirstOrThrow({ where: { id: session.id } }),
      db().user.findFirstOrThrow({ where: { id: owner.id } }),
    ]);
    const bytes = [
      totp.secret,
      passkey.credentialId,
      passkey.publicKey,
      code.hash,
      link.hash,
      row.secretHash,
      user.passkeyHandle,
    ];
    const secrets = [
      password.hash,
      owner.key,
      session.accessToken,
      session.refreshToken,
      ...owner.codes,
      ...bytes.flatMap((one) =>
        (['hex', 'base64', 'base64url'] as const).map((form) => Buffer.from(one ?? []).toString(form)),
      ),
    ];
    expect(secrets.every((secret) => secret.length > 15)).toBe(true);
    expect(secrets.filter((secret) => texts.some((text) => text.includes(secret)))).toEqual([]);
  });

  it('wants a fresh proof, and is for browsers', async () => {
    const session = await prepareSession(await createPerson({ hasPassword: true }));
    await ageProof(session.id);
    expect(problemOf(await take(session.cookies))).toBe('403 step_up_required');
    const { tokens } = await signInProgram(server, session.person);
    expect(problemOf(await take({}, bearer(tokens.access_token)))).toBe('403 forbidden');
    expect(problemOf(await take({}))).toBe('401 unauthenticated');
    expect(await db().auditEvent.count({ where: { userId: session.person.id, type: 'data_exported' } })).toBe(0);
  });

  it('is given out three times a day, and not by the fourth request of sixteen at once', async () => {
    const { cookies } = await prepareSession();
    const answers = await Promise.all(Array.from({ length: 16 }, () => take(cookies)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(13);
    // Of sixteen at once one may be refused by a wait that began while it was looking, and be told the least that it can be.
    for (const { headers } of refused) expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
    const later = await take(cookies);
    expect(later.status).toBe(429);
    expect(Number(later.headers['retry-after'])).toBeGreaterThan(80_000);
    const other = await prepareSession();
    expect((await take(other.cookies)).status).toBe(200);
  });

  it('comes by a plain form, or the page on which the next step is', async () => {
    const session = await prepareSession();
    const led = async (cookies: Cookies) => {
      const { status, headers } = await take(cookies, asForm);
      return [status, headers.location];
    };
    const answer = await take(session.cookies, asForm);
    expect([answer.status, answer.headers['content-disposition']]).toEqual([
      200,
      expect.stringContaining('attachment'),
    ]);
    for (let n = 0; n < 2; n += 1) expect((await take(session.cookies, asForm)).status).toBe(200);
    const [status, location] = await led(session.cookies);
    expect([status, location]).toEqual([
      303,
      expect.stringMatching(/^\/account\/data\?error=too_many_attempts&retry=\d+$/),
    ]);
    await ageProof(session.id);
    expect(await led(session.cookies)).toEqual([303, '/step-up?next=%2Faccount%2Fdata']);
    await db().session.update({ where: { id: session.id }, data: { endedAt: new Date(), endReason: 'signed_out' } });
    expect(await led(session.cookies)).toEqual([303, '/login?ended=1&next=%2Faccount%2Fdata']);
  });
});
