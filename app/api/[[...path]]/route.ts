import { endpoints } from '@/lib/server/routes/endpoints';
import { problem, publicRoute } from '@/lib/server/routes/route-handler';

const nothing = publicRoute({}, async () => problem('not_found'));

/** Every other address below `/api`, so that programs get a problem and not a page. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = endpoints({
  GET: nothing,
  POST: nothing,
  PUT: nothing,
  PATCH: nothing,
  DELETE: nothing,
});
