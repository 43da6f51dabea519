import { oauthError, oauthRoute } from '@/lib/server/oauth/oauth-route';
import { refreshGrant } from '@/lib/server/oauth/refresh-grant';

export * from '@/lib/server/routes/other-methods';

export const POST = oauthRoute('POST /api/auth/token/refresh', { sharing: 'listed' }, async (call) => {
  const grantType = call.body['grant_type'] ?? 'refresh_token';
  if (grantType === 'refresh_token') return refreshGrant(call);
  return oauthError('unsupported_grant_type', { description: 'Use refresh_token' });
});
