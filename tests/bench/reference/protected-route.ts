import { endpoints } from '@/lib/server/endpoints';
import { json, sessionRoute } from '@/lib/server/route-handler';
import { summary } from './facts';

/** As a route of the product is written: behind the middleware, and verified again. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = endpoints(
  { GET: sessionRoute({}, async ({ session }) => json(summary(session))) },
  'listed',
);
