import { parseListNumber } from '@/lib/core/status-list/status-index';
import { STATUS_LIST_MEDIA_TYPE } from '@/lib/core/status-list/status-list';
import { publishedStatusList } from '@/lib/server/revocation/status-lists';
import { cacheable, problem } from '@/lib/server/routes/answer';
import { publicRoute } from '@/lib/server/routes/route-handler';

export * from '@/lib/server/routes/other-methods';

/** One second, and never `stale-*`: a cache in between is part of the five seconds that an ended session may last. */
const HEADERS = { 'content-type': STATUS_LIST_MEDIA_TYPE, 'cache-control': 'public, max-age=1' };

/** A signed list of ended sessions (Token Status List §8.1). */
export const GET = publicRoute('GET /status-lists/[list]', { sharing: 'anybody' }, async ({ params }) => {
  const list = parseListNumber((await params)['list'] ?? '');
  const published = list === null ? null : await publishedStatusList(list);
  return published === null ? problem('not_found') : cacheable(published.token, published.etag, HEADERS);
});
