import { parseListNumber } from '@/lib/core/token/status-index';
import { STATUS_LIST_MEDIA_TYPE } from '@/lib/core/token/status-list';
import { endpoints } from '@/lib/server/endpoints';
import { problem, publicFact, publicRoute } from '@/lib/server/route-handler';
import { publishedStatusList } from '@/lib/server/status-publisher';

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
