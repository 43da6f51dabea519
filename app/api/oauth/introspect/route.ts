import { authenticateClient } from '@/lib/server/oauth/client-authentication';
import { introspect } from '@/lib/server/oauth/introspection';
import { answer, oauthError, oauthRoute } from '@/lib/server/oauth/oauth-route';
import { endpoints } from '@/lib/server/routes/endpoints';

/** RFC 7662, for resource servers made by `npm run clients`. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = endpoints({
  POST: oauthRoute(async ({ request, parameters }) => {
    const asker = await authenticateClient(request.headers, parameters);
    if (asker === null) return oauthError('invalid_client', { description: 'Client id or secret is not right' });
    const { token } = parameters;
    if (token === undefined) return oauthError('invalid_request', { description: 'Send token' });
    return answer(await introspect(token, asker));
  }),
});
