import { empty, problem } from '@/lib/server/routes/answer';
import { sessionRoute } from '@/lib/server/routes/route-handler';
import { endSession } from '@/lib/server/sessions/list';

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
