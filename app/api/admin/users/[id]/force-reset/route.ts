import { readUserId } from '@/lib/server/admin/acting';
import { forceReset } from '@/lib/server/admin/force-reset';
import { sendDueMail } from '@/lib/server/mail/delivery';
import { actingOf } from '@/lib/server/routes/acting-admin';
import { json, problem } from '@/lib/server/routes/answer';
import { adminChangeRoute } from '@/lib/server/routes/route-handler';

export * from '@/lib/server/routes/other-methods';

export const POST = adminChangeRoute('POST /api/admin/users/[id]/force-reset', {}, async (call) => {
  const id = readUserId((await call.params)['id']);
  if (id === null) return problem('not_found');
  const forced = await forceReset(id, actingOf(call));
  if (!forced.ok) return problem(forced.code);
  sendDueMail();
  return json({ status: 'reset_sent' }, 202);
});
