import { oauthError, oauthRoute } from '@/lib/server/oauth/oauth-route';
import { passwordGrant } from '@/lib/server/oauth/password-grant';
import { refreshGrant } from '@/lib/server/oauth/refresh-grant';

export * from '@/lib/server/routes/other-methods';

/** The token endpoint (RFC 6749 §3.2). Without `grant_type` it is the password's; libraries send one. */
export const POST = oauthRoute('POST /api/auth/token', { sharing: 'listed' }, async (call) => {
  const grantType = call.body['grant_type'] ?? 'password';
  if (grantType === 'password') return passwordGrant(call);
  if (grantType === 'refresh_token') return refreshGrant(call);
  return oauthError('unsupported_grant_type', { description: 'Use password or refresh_token' });
});
