import { statusListAggregation } from '@/lib/server/revocation/status-lists';
import { cacheable } from '@/lib/server/routes/answer';
import { publicRoute } from '@/lib/server/routes/route-handler';

export * from '@/lib/server/routes/other-methods';

const HEADERS = { 'content-type': 'application/json', 'cache-control': 'public, max-age=60' };

/** Where all lists are, for services that would rather have them before the first token (Token Status List §9.3). */
export const GET = publicRoute('GET /status-lists', { sharing: 'anybody' }, async () => {
  const { text, etag } = await statusListAggregation();
  return cacheable(text, etag, HEADERS);
});
