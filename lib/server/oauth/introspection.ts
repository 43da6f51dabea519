import 'server-only';
import { env } from '@/lib/server/config/env';
import { verifyOwnToken } from '@/lib/server/sessions/current-user';
import type { OAuthClient } from './client-store';

/**
 * What a resource server may know of an access token (RFC 7662 §2.2). A token that is not valid, was ended, or is meant
 * for another service is not active: the three look the same. Refresh tokens are never active here.
 */
export async function introspect(token: string, asker: OAuthClient): Promise<object> {
  const { appOrigin } = env();
  const claims = await verifyOwnToken(token, [asker.audience ?? appOrigin]);
  if (claims === null) return { active: false };
  const { iss, aud, sub, sid, jti, client_id, iat, exp, auth_time, role, amr } = claims;
  return { active: true, token_type: 'Bearer', iss, aud, sub, sid, jti, client_id, iat, exp, auth_time, role, amr };
}
