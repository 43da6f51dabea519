import { oauthError, oauthRoute } from '@/lib/server/oauth/oauth-route';
import { passwordGrant } from '@/lib/server/oauth/password-grant';
import { refreshGrant } from '@/lib/server/oauth/refresh-grant';
import { endpoints } from '@/lib/server/routes/endpoints';

/** The token endpoint (RFC 6749 §3.2). Without `grant_type` it is the password's; libraries send one. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = endpoints(
  {
    POST: oauthRoute(async (call) => {
      const grantType = call.parameters['grant_type'] ?? 'password';
      if (grantType === 'password') return passwordGrant(call);
      if (grantType === 'refresh_token') return refreshGrant(call);
      return oauthError('unsupported_grant_type', { description: 'Use password or refresh_token' });
    }),
  },
  'listed',
);
