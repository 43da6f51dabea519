import { readUserId } from '@/lib/server/admin/acting';
import { endSessionsOf } from '@/lib/server/admin/end-sessions';
import { actingOf } from '@/lib/server/routes/acting-admin';
import { empty, problem } from '@/lib/server/routes/answer';
import { adminChangeRoute } from '@/lib/server/routes/route-handler';

export * from '@/lib/server/routes/other-methods';

export const DELETE = adminChangeRoute('DELETE /api/admin/users/[id]/sessions', {}, async (call) => {
  const id = readUserId((await call.params)['id']);
  if (id === null) return problem('not_found');
  const ended = await endSessionsOf(id, actingOf(call));
  return ended.ok ? empty() : problem(ended.code);
});
