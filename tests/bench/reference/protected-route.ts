import { endpoints } from '@/lib/server/routes/endpoints';
import { json, sessionRoute } from '@/lib/server/routes/route-handler';
import { summary } from './facts';

/** As a route of the product is written: behind the middleware, and verified again. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = endpoints(
  { GET: sessionRoute({}, async ({ session }) => json(summary(session))) },
  'listed',
);
