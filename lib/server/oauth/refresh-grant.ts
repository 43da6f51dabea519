import 'server-only';
import { fromApiRefreshToken } from '@/lib/core/token/refresh-token';
import { sendDueMail } from '@/lib/server/mail/delivery';
import { refresh } from '@/lib/server/sessions/refresh';
import { audienceOf } from './audiences';
import { type OAuthAnswer, type OAuthCall, oauthError } from './oauth-route';
import { tokenAnswer, UNKNOWN_SCOPE } from './token-answer';

const REFUSED = oauthError('invalid_grant', { description: 'The refresh token is not valid any more: sign in again' });
const OTHER_TARGET = oauthError('invalid_target', { description: 'The session was not made for this resource' });

/**
 * New tokens for a program's refresh token (RFC 6749 §6). The same rotation, grace and reuse rules as for browsers; a
 * browser's token is none here. `resource` may only repeat what the session was made for.
 */
export async function refreshGrant({ body: parameters, facts }: OAuthCall): Promise<OAuthAnswer> {
  const { refresh_token: presented, resource, scope } = parameters;
  if (presented === undefined) return oauthError('invalid_request', { description: 'Send refresh_token' });
  if (scope !== undefined) return UNKNOWN_SCOPE;
  const audience = resource === undefined ? null : audienceOf(resource);
  if (audience?.ok === false) return OTHER_TARGET;
  const refreshed = await refresh(fromApiRefreshToken(presented), 'api', facts, audience?.value ?? null);
  if (refreshed.ok) return tokenAnswer(refreshed.value);
  if (refreshed.code === 'reuse_detected') sendDueMail();
  return refreshed.code === 'other_audience' ? OTHER_TARGET : REFUSED;
}
