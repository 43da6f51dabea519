import { entityTag } from '@/lib/core/http/entity-tag';
import { issuerMetadata } from '@/lib/server/oauth/metadata';
import { cacheable } from '@/lib/server/routes/answer';
import { publicRoute } from '@/lib/server/routes/route-handler';

export * from '@/lib/server/routes/other-methods';

const HEADERS = { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' };

/** What this issuer offers (RFC 8414 §3). */
export const GET = publicRoute('GET /.well-known/oauth-authorization-server', { sharing: 'anybody' }, async () => {
  const text = JSON.stringify(issuerMetadata());
  return cacheable(text, await entityTag(text), HEADERS);
});
