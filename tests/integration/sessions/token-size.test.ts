import { describe, expect, it } from 'vitest';
import { seal } from '@/lib/core/token/sealed-token';
import { db } from '@/lib/server/database/client';
import { sealKeys } from '@/lib/server/keys/data-keys';
import { useDatabase } from '@/tests/support/database/use-database';
import { createPerson, prepareSession } from '@/tests/support/people';

await useDatabase();
// 49 characters: the address is in three claims, and every character of it costs four bytes.
process.env['APP_ORIGIN'] = 'https://handstamp-git-next-some-teams1.vercel.app';
/** The longest that a session has, of a password and both kinds of second factor. */
const LONGEST_AMR = ['pwd', 'otp', 'pop', 'mfa'];

const NAME = 'Wilhelmina Overmeyer-Castellanos';
const EMAIL = `wilhelmina.overmeyer.castellanos@${'department-of-long-names.'.repeat(3)}example.test`;

/** Everything that a reader of a token can get out of it without a key: itself, and each part decoded. */
function readable(token: string): string {
  const parts = token.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'));
  return [token, ...parts].join('\n').toLowerCase();
}

// Promise: Tokens hold no e-mail and no name
describe('tokens', () => {
  it('are small: an access token below 740 bytes, a refresh token below 120', async () => {
    // Large numbers take more digits.
    await db().$queryRaw`SELECT setval('"Session_statusNumber_seq"', 2147480000)`;
    const person = await createPerson({ email: EMAIL, name: NAME });
    for (let i = 0; i < 50; i += 1) {
      const { accessToken, refreshToken } = await prepareSession(person, true, LONGEST_AMR);
      expect(Buffer.byteLength(accessToken)).toBeLessThan(740);
      expect(Buffer.byteLength(refreshToken)).toBeLessThan(120);
    }
  });

  it('tell nobody an address or a name', async () => {
    const person = await createPerson({ email: `second.${EMAIL}`, name: NAME, role: 'admin' });
    const { accessToken, refreshToken } = await prepareSession(person);
    for (const token of [accessToken, refreshToken]) {
      for (const secret of ['wilhelmina', 'overmeyer', 'castellanos', 'department', 'example.test']) {
        expect(readable(token)).not.toContain(secret);
      }
    }
  });

  it('hold no more claims than the contract names', async () => {
    const { accessToken } = await prepareSession(await createPerson());
    const [header = '', payload = ''] = accessToken.split('.');
    const decode = (part: string): object => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    expect(Object.keys(decode(header)).sort()).toEqual(['alg', 'kid', 'typ']);
    expect(Object.keys(decode(payload)).sort()).toEqual(
      ['iss', 'aud', 'sub', 'sid', 'client_id', 'jti', 'iat', 'exp', 'auth_time', 'role', 'amr', 'status'].sort(),
    );
  });

  it('of a pending sign-up stay below 1,500 bytes with the longest fields that are accepted', async () => {
    const data = {
      email: `${'e'.repeat(64)}@${'d'.repeat(60)}.${'d'.repeat(60)}.${'d'.repeat(60)}.test`,
      name: 'Ω'.repeat(80),
      passwordHash: `hs1$aaaaaaaa$$2b$12$${'h'.repeat(53)}`,
      code: '123456',
      session: { id: 'i'.repeat(22), secret: 's'.repeat(22) },
    };
    const { current } = await sealKeys();
    const token = await seal('sign-up', { jti: 'j'.repeat(22), exp: 1_795_000_000.123, data }, current);
    expect(Buffer.byteLength(token)).toBeLessThan(1_500);
    expect(readable(token)).not.toContain('eeee');
  });
});
