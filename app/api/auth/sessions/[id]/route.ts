import { endpoints } from '@/lib/server/routes/endpoints';
import { empty, problem, sessionRoute } from '@/lib/server/routes/route-handler';
import { endSession } from '@/lib/server/sessions/list';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = endpoints(
  {
    DELETE: sessionRoute({}, async ({ session, params, facts }) => {
      const { id = '' } = await params;
      const ended = await endSession(session.sub, id, facts);
      return ended.ok ? empty() : problem('not_found');
    }),
  },
  'listed',
);
