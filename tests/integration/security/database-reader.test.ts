import { Secret } from 'otpauth';
import { describe, expect, it } from 'vitest';
import type { Bytes } from '@/lib/core/encoding';
import { importRootSecrets, parseAuthSecret } from '@/lib/core/keys/auth-secret';
import { unwrapSecret } from '@/lib/core/keys/wrapping';
import { seal } from '@/lib/core/token/sealed-token';
import { db } from '@/lib/server/database/client';
import { sealKeys, totpKeys } from '@/lib/server/keys/data-keys';
import { everyRow } from '@/tests/support/database/every-row';
import { useDatabase } from '@/tests/support/database/use-database';
import { codeOf, createProtected, halfSignIn } from '@/tests/support/factors';
import { problemOf } from '@/tests/support/http/problems';
import { send } from '@/tests/support/http/requests';
import { assertionOf, givePasskey, newAuthenticator } from '@/tests/support/passkey';
import { COOKIE, type Cookies } from '@/tests/support/people';
import { TEST_AUTH_SECRET } from '@/tests/support/server/environment';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });

const post = (path: string, json: object, cookies: Cookies = {}) =>
  send(server, path, { method: 'POST', json, cookies });
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
/** As an app is given it. */
const asKey = (bytes: Uint8Array) => new Secret({ buffer: new Uint8Array(bytes).buffer }).base32;
const inAnHour = () => Math.floor(Date.now() / 1_000) + 300;

// Promise: Whoever reads the whole database, without `AUTH_SECRET`
describe('a reader of the whole database, without AUTH_SECRET', () => {
  it('finds no secret of an app, no recovery code, and no key that either is under or ceremonies are sealed with', async () => {
    const owner = await createProtected();
    await halfSignIn(owner);
    const secret = Buffer.from(Secret.fromBase32(owner.key).bytes);
    const keys = [(await totpKeys()).current.bytes, (await sealKeys()).current.bytes];
    const texts = [owner.key, ...owner.codes.flatMap((code) => [code, code.replaceAll('-', '')])];
    const bytes = [secret, ...keys, ...texts.map((text) => Buffer.from(text))].map((one) => Buffer.from(one));
    const wanted = [
      ...texts,
      ...bytes.flatMap((one) => [hexOf(one), one.toString('base64'), one.toString('base64url')]),
    ];
    const rows = (await everyRow(databaseUrl)).map((row) => row.toLowerCase());
    expect(wanted.filter((text) => rows.some((row) => row.includes(text.toLowerCase())))).toEqual([]);
    // They are there, each under something else.
    const { secret: kept } = await db().totp.findUniqueOrThrow({ where: { userId: owner.id } });
    expect(rows.filter((row) => row.includes(hexOf(kept)))).toHaveLength(1);
  });

  it('opens none of the keys with a secret of their own', async () => {
    const rootsOf = async (text: string) => {
      const parsed = parseAuthSecret(text);
      if (!parsed.ok) throw new Error(parsed.code);
      return importRootSecrets(parsed.value);
    };
    const ours = await rootsOf(TEST_AUTH_SECRET);
    const [theirs] = await rootsOf(Buffer.from('another secret of 32 bytes or so').toString('base64url'));
    const stored = await db().key.findMany();
    expect(new Set(stored.map(({ purpose }) => purpose))).toContain('totp');
    for (const { id, purpose, ...wrapped } of stored) {
      const guessed = await unwrapSecret(wrapped, [{ ...theirs, id: wrapped.wrappingKeyId }], { purpose, id });
      const { ok } = await unwrapSecret(wrapped, ours, { purpose, id });
      expect([guessed, ok]).toEqual([{ ok: false, code: 'undecryptable' }, true]);
    }
  });

  it('makes of it no code of an app and no recovery code', async () => {
    const owner = await createProtected();
    const { cookies } = await halfSignIn(owner);
    const { secret } = await db().totp.findUniqueOrThrow({ where: { userId: owner.id } });
    const { hash = new Uint8Array() } = (await db().recoveryCode.findFirst({ where: { userId: owner.id } })) ?? {};
    const codes = [
      ...[secret, secret.slice(0, 20), secret.slice(-20)].map((bytes) => codeOf(asKey(bytes))),
      hexOf(hash).slice(0, 24),
    ];
    for (const code of codes) {
      expect(problemOf(await post('/api/auth/login/mfa', { code }, cookies))).toBe('401 invalid_code');
    }
    expect((await post('/api/auth/login/mfa', { code: codeOf(owner.key) }, cookies)).status).toBe(200);
  });

  it('makes of it no half sign-in, and no sign-in by passkey: neither the ceremony nor the signature', async () => {
    const owner = await createProtected();
    const passkey = await givePasskey(owner);
    const { id, wrappedSecret } = await db().key.findFirstOrThrow({ where: { purpose: 'seal', slot: 'current' } });
    const challenge = 'C'.repeat(43);
    const ceremonyWith = (bytes: Bytes) =>
      seal(
        'passkey-sign-in',
        { jti: 'reader', exp: inAnHour(), data: { sub: null, sid: null, challenge, handle: null } },
        { id, bytes },
      );
    const stored = new Uint8Array(wrappedSecret);
    const own = { ...newAuthenticator(), id: passkey.id, handle: passkey.handle };
    // The right key under a ceremony of the reader's, then the reader's key under a good ceremony.
    for (const bytes of [stored.slice(0, 32), stored.slice(-32)]) {
      const body = { ceremony: await ceremonyWith(bytes), assertion: assertionOf(passkey, { challenge }) };
      expect(problemOf(await post('/api/auth/passkey', body))).toBe('401 invalid_passkey');
      const data = { userId: owner.id, email: owner.email, factors: ['totp'], mailCode: null };
      const half = await seal('second-factor', { jti: 'reader', exp: inAnHour(), data }, { id, bytes });
      const code = codeOf(owner.key);
      const finished = await post('/api/auth/login/mfa', { code }, { [COOKIE.pending]: half });
      expect(problemOf(finished)).toBe('401 invalid_code');
    }
    const good = await ceremonyWith((await sealKeys()).current.bytes);
    const forged = { ceremony: good, assertion: assertionOf(own, { challenge }) };
    expect(problemOf(await post('/api/auth/passkey', forged))).toBe('401 invalid_passkey');
    expect(await db().session.count({ where: { userId: owner.id } })).toBe(0);
    const signed = { ceremony: good, assertion: assertionOf(passkey, { challenge }) };
    expect((await post('/api/auth/passkey', signed)).status).toBe(200);
  });
});
