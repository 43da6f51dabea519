import { done, oauthError, oauthRoute } from '@/lib/server/oauth/oauth-route';
import { revokeToken } from '@/lib/server/oauth/revocation';
import { endpoints } from '@/lib/server/routes/endpoints';

/** RFC 7009. `token_type_hint` may come and changes nothing: a token says itself which kind it is. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = endpoints(
  {
    POST: oauthRoute(async ({ parameters, facts }) => {
      const { token } = parameters;
      if (token === undefined) return oauthError('invalid_request', { description: 'Send token' });
      await revokeToken(token, facts);
      return done;
    }),
  },
  'listed',
);
