import 'server-only';
import { toApiRefreshToken } from '@/lib/core/token/refresh-token';
import { json } from '@/lib/server/routes/answer';
import type { IssuedTokens } from '@/lib/server/sessions/tokens';
import { type OAuthAnswer, oauthError } from './oauth-route';

/**
 * There are no scopes here, so whoever names one asks for what no token says (RFC 6749 §3.3). Leaving it out of the answer
 * in silence would tell the program that it was granted (§5.1).
 */
export const UNKNOWN_SCOPE = oauthError('invalid_scope', { description: 'There are no scopes here: leave it out' });

/** A successful token answer (RFC 6749 §5.1). `expires_in` is the life that the access token has left, in seconds. */
export const tokenAnswer = ({ accessToken, refreshToken, claims, now }: IssuedTokens): OAuthAnswer =>
  json({
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: Math.max(0, Math.floor(claims.exp - now)),
    refresh_token: toApiRefreshToken(refreshToken),
  });
