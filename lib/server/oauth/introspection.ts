import 'server-only';
import { env } from '@/lib/server/config/env';
import { verifyOwnToken } from '@/lib/server/sessions/current-user';
import type { OAuthClient } from './client-store';

/**
 * What a resource server may know of an access token (RFC 7662 §2.2). A token that is not valid, was ended, whose claims are
 * true no more, or which is meant for another service is not active: they look the same. Refresh tokens are never active here.
 */
export async function introspect(token: string, asker: OAuthClient): Promise<object> {
  const { appOrigin } = env();
  const found = await verifyOwnToken(token, [asker.audience ?? appOrigin]);
  if (found === null || found.isStale) return { active: false };
  const { iss, aud, sub, sid, jti, client_id, iat, exp, auth_time, role, amr, own } = found.claims;
  const ours = { iss, aud, sub, sid, jti, client_id, iat, exp, auth_time, role, amr };
  return { ...own, active: true, token_type: 'Bearer', ...ours };
}
