import { parseListNumber } from '@/lib/core/status-list/status-index';
import { STATUS_LIST_MEDIA_TYPE } from '@/lib/core/status-list/status-list';
import { publishedStatusList } from '@/lib/server/revocation/status-lists';
import { endpoints } from '@/lib/server/routes/endpoints';
import { problem, publicFact, publicRoute } from '@/lib/server/routes/route-handler';

/** One second, and never `stale-*`: a cache in between is part of the five seconds that an ended session may last. */
const HEADERS = { 'content-type': STATUS_LIST_MEDIA_TYPE, 'cache-control': 'public, max-age=1' };

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = endpoints(
  {
    GET: publicRoute({}, async ({ params }) => {
      const list = parseListNumber((await params)['list'] ?? '');
      const published = list === null ? null : await publishedStatusList(list);
      return published === null ? problem('not_found') : publicFact(published.token, published.etag, HEADERS);
    }),
  },
  'anybody',
);
