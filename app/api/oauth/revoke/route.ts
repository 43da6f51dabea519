import { oauthError, oauthRoute } from '@/lib/server/oauth/oauth-route';
import { revokeToken } from '@/lib/server/oauth/revocation';
import { json } from '@/lib/server/routes/answer';

export * from '@/lib/server/routes/other-methods';

/** RFC 7009. `token_type_hint` may come and changes nothing: a token says itself which kind it is. */
export const POST = oauthRoute('POST /api/oauth/revoke', { sharing: 'listed' }, async ({ body, facts }) => {
  const { token } = body;
  if (token === undefined) return oauthError('invalid_request', { description: 'Send token' });
  await revokeToken(token, facts);
  // The body means nothing (§2.2), but there are libraries that parse it.
  return json({});
});
