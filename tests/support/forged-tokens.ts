import { importRootSecrets, parseAuthSecret } from '@/lib/core/keys/auth-secret';
import { issueAccessToken } from '@/lib/core/token/access-token';
import { parseAccessClaims } from '@/lib/core/token/claims';
import { mintRefreshToken, type RefreshToken, readRefreshToken, refreshMacKeys } from '@/lib/core/token/refresh-token';
import { liveKeyring } from '@/lib/server/keys/live-keyring';
import { randomBytes } from '@/lib/server/keys/random';
import { claimsOf } from './http/programs';
import type { PreparedSession } from './people';
import { TEST_AUTH_SECRET } from './server/environment';

/** What somebody makes of a refresh token who has the AUTH_SECRET of the tests: the same with `changes`. */
export async function forgeRefreshToken(genuine: string, changes: Partial<RefreshToken>): Promise<string> {
  const secrets = parseAuthSecret(TEST_AUTH_SECRET);
  if (!secrets.ok) throw new Error(secrets.code);
  const keys = await refreshMacKeys(await importRootSecrets(secrets.value));
  const read = await readRefreshToken(genuine, keys);
  if (!read.ok) throw new Error(read.code);
  return mintRefreshToken({ ...read.value, ...changes }, keys);
}

/** The access token of a session as it was so many seconds ago: what waiting would make of it, without the waiting. */
export async function accessTokenOfAge({ accessToken }: PreparedSession, ageSeconds: number): Promise<string> {
  const parsed = parseAccessClaims(claimsOf(accessToken));
  if (!parsed.ok) throw new Error(parsed.code);
  const { jti: _jti, iat, exp, client_id = 'web', ...about } = parsed.value;
  const { signing } = await liveKeyring();
  const earlier = { ...about, client_id, auth_time: about.auth_time - ageSeconds };
  return (await issueAccessToken(earlier, exp - iat, signing, iat - ageSeconds, randomBytes)).token;
}
