import { directSignIn } from '@/lib/server/oauth/direct-sign-in';
import { oauthError, oauthRoute } from '@/lib/server/oauth/oauth-route';
import { refreshGrant } from '@/lib/server/oauth/refresh-grant';

export * from '@/lib/server/routes/other-methods';

/** RFC 9700 §2.4. */
const NO_PASSWORD_GRANT =
  'There is no password grant. A program of this site sends email and password without grant_type; others ask its operator';

/** The token endpoint (RFC 6749 §3.2). Without `grant_type` it is the sign-in of our own programs. */
export const POST = oauthRoute('POST /api/auth/token', { sharing: 'listed' }, async (call) => {
  const { grant_type: grantType } = call.body;
  if (grantType === undefined) return directSignIn(call);
  if (grantType === 'refresh_token') return refreshGrant(call);
  const description = grantType === 'password' ? NO_PASSWORD_GRANT : 'Use refresh_token';
  return oauthError('unsupported_grant_type', { description });
});
