import { empty, json, problem } from '@/lib/server/routes/answer';
import { renameSessionBody } from '@/lib/server/routes/request-schemas';
import { changeRoute, sessionRoute } from '@/lib/server/routes/route-handler';
import { endSession, renameSession } from '@/lib/server/sessions/list';

export * from '@/lib/server/routes/other-methods';

export const DELETE = sessionRoute(
  'DELETE /api/auth/sessions/[id]',
  { sharing: 'listed' },
  async ({ session, params, facts }) => {
    const { id = '' } = await params;
    const ended = await endSession(session, id, facts);
    return ended.ok ? empty() : problem('not_found');
  },
);

export const PATCH = changeRoute(
  'PATCH /api/auth/sessions/[id]',
  { body: renameSessionBody },
  async ({ params, body: { name } }, { user }) => {
    const { id = '' } = await params;
    const renamed = await renameSession(user.id, id, name);
    return renamed.ok ? json({ session: { id, name } }) : problem('not_found');
  },
);
