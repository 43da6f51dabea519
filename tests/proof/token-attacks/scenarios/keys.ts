import { expect } from 'vitest';
import { isRecord } from '@/lib/core/json';
import { parseAuthSecret } from '@/lib/core/keys/auth-secret';
import { db } from '@/lib/server/database/client';
import { send } from '@/tests/support/http/requests';
import { prepareSession } from '@/tests/support/people';
import { startServer } from '@/tests/support/server/server';
import { partsOf, readPart } from '../../../fixtures/signing';
import { kidIn, rotateNow, signingKeys } from '../../../support/keys';
import { WEAK_SECRETS } from '../families/weak-secrets';
import type { Ground } from '../ground';
import { ALL_OPEN, ALL_SHUT, doorsFor } from '../openings';
import type { Scenarios } from '../scenarios';

const KEY_SET = '/.well-known/jwks.json';
/** Where jwt_tool, and whoever reads other documents, looks for keys. */
const HUNTED = [KEY_SET, '/jwks.json', '/openid/connect/jwks.json', '/api/keys', '/api/v1/keys', '/.well-known/keys'];
const PUBLIC_MEMBERS = ['alg', 'crv', 'e', 'kid', 'kty', 'n', 'use', 'x', 'y'];

async function publishedKeys({ server }: Ground): Promise<Record<string, unknown>[]> {
  const document: unknown = (await send(server, KEY_SET)).json();
  if (!isRecord(document) || !Array.isArray(document['keys'])) throw new Error('There is no key set');
  return document['keys'].filter(isRecord);
}

const startWith = ({ databaseUrl }: Ground, secret: string) =>
  startServer({ databaseUrl, env: { AUTH_SECRET: secret } }).then(
    async (server) => {
      await server.kill();
      return 'it started';
    },
    (error: unknown) => String(error),
  );

/** Scenarios of keys: weak ones, published ones, and their change. */
export const KEYS: Scenarios = {
  async A5(ground) {
    expect(WEAK_SECRETS).toHaveLength(95);
    for (const secret of WEAK_SECRETS) expect([secret, parseAuthSecret(secret).ok]).toEqual([secret, false]);
    expect(parseAuthSecret('a'.repeat(64))).toEqual({ ok: false, code: 'repetitive' });
    expect(await startWith(ground, 'your-256-bit-secret')).toMatch(/The server ended[\s\S]*AUTH_SECRET/);
  },

  async A6(ground) {
    for (const empty of ['', ',', ' , ']) expect(parseAuthSecret(empty)).toEqual({ ok: false, code: 'empty' });
    expect(await startWith(ground, '')).toMatch(/The server ended[\s\S]*AUTH_SECRET/);
  },

  async A27(ground) {
    const found = await Promise.all(HUNTED.map(async (path) => [path, (await send(ground.server, path)).status]));
    expect(found.filter(([, status]) => status === 200)).toEqual([[KEY_SET, 200]]);
  },

  async C18(ground) {
    const before = await ground.forge();
    const next = await kidIn('next');
    // Published, and of no use yet: nothing is signed with it before its turn.
    expect((await publishedKeys(ground)).map(({ kid }) => kid)).toContain(next);
    for (let count = 0; count < 20; count += 1) {
      expect(readPart(partsOf((await prepareSession()).accessToken)[0])['kid']).toBe(before.signing.kid);
    }
    await rotateNow();
    expect(await kidIn('current')).toBe(next);
    expect(await doorsFor(ground, before.genuine), 'inside of its overlap').toEqual(ALL_OPEN);
    await db().$executeRaw`UPDATE "Key" SET "expiresAt" = now() WHERE id = ${before.signing.kid}`;
    const issuerDoors = async () => {
      const { api, bearer, 'page without middleware': page } = await doorsFor(ground, before.genuine);
      return [api, bearer, page];
    };
    await expect.poll(issuerDoors, { timeout: 5_000 }).toEqual([401, 401, ALL_SHUT['page without middleware']]);
    expect((await publishedKeys(ground)).map(({ kid }) => kid)).not.toContain(before.signing.kid);
    const signedWith = async () => {
      await ground.renew();
      return (await ground.forge()).signing.kid;
    };
    await expect.poll(signedWith, { timeout: 5_000 }).toBe(next);
  },

  async C26(ground) {
    const published = await publishedKeys(ground);
    expect(published.length).toBeGreaterThan(1);
    for (const key of published) {
      expect(Object.keys(key).filter((member) => !PUBLIC_MEMBERS.includes(member))).toEqual([]);
      expect(key).toMatchObject({ use: 'sig', kty: expect.stringMatching(/^(?:EC|OKP|RSA)$/) });
      expect(['ES256', 'EdDSA', 'RS256']).toContain(key['alg']);
    }
    const kids = published.map(({ kid }) => String(kid));
    expect(new Set(kids).size).toBe(kids.length);
    expect(kids.filter((kid) => !(kid in Object.prototype))).toEqual(kids);
    expect(Object.keys(await signingKeys())).toEqual(expect.arrayContaining(kids));
  },
};
