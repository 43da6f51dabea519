import { oauthError, oauthRoute } from '@/lib/server/oauth/oauth-route';
import { refreshGrant } from '@/lib/server/oauth/refresh-grant';
import { endpoints } from '@/lib/server/routes/endpoints';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = endpoints(
  {
    POST: oauthRoute(async (call) => {
      const grantType = call.parameters['grant_type'] ?? 'refresh_token';
      if (grantType === 'refresh_token') return refreshGrant(call);
      return oauthError('unsupported_grant_type', { description: 'Use refresh_token' });
    }),
  },
  'listed',
);
