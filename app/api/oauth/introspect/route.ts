import { authenticateClient } from '@/lib/server/oauth/client-authentication';
import { introspect } from '@/lib/server/oauth/introspection';
import { oauthError, oauthRoute } from '@/lib/server/oauth/oauth-route';
import { json } from '@/lib/server/routes/answer';

export * from '@/lib/server/routes/other-methods';

/** RFC 7662, for resource servers made by `npm run clients`. */
export const POST = oauthRoute('POST /api/oauth/introspect', {}, async ({ request, body }) => {
  const client = await authenticateClient(request.headers, body);
  if (client === null) return oauthError('invalid_client', { description: 'Client id or secret is not right' });
  const { token } = body;
  if (token === undefined) return oauthError('invalid_request', { description: 'Send token' });
  return json(await introspect(token, client));
});
