import { empty, json } from '@/lib/server/routes/answer';
import { sessionRoute } from '@/lib/server/routes/route-handler';
import { endOtherSessions, listSessions } from '@/lib/server/sessions/list';

export * from '@/lib/server/routes/other-methods';

export const GET = sessionRoute('GET /api/auth/sessions', { sharing: 'listed' }, async ({ session }) =>
  json({ sessions: await listSessions(session.sub, session.sid) }),
);

export const DELETE = sessionRoute('DELETE /api/auth/sessions', { sharing: 'listed' }, async ({ session, facts }) => {
  await endOtherSessions(session, facts);
  return empty();
});
