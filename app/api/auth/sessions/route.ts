import { endpoints } from '@/lib/server/routes/endpoints';
import { empty, json, sessionRoute } from '@/lib/server/routes/route-handler';
import { endOtherSessions, listSessions } from '@/lib/server/sessions/list';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = endpoints(
  {
    GET: sessionRoute({}, async ({ session }) => json({ sessions: await listSessions(session.sub, session.sid) })),
    DELETE: sessionRoute({}, async ({ session, facts }) => {
      await endOtherSessions(session.sub, session.sid, facts);
      return empty();
    }),
  },
  'listed',
);
