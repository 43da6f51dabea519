import { readUserId } from '@/lib/server/admin/acting';
import { startFactorReset, stopFactorReset } from '@/lib/server/admin/factor-reset';
import { sendDueMail } from '@/lib/server/mail/delivery';
import { actingOf } from '@/lib/server/routes/acting-admin';
import { factorResetBody } from '@/lib/server/routes/admin-schemas';
import { empty, json, problem } from '@/lib/server/routes/answer';
import { adminChangeRoute } from '@/lib/server/routes/route-handler';

export * from '@/lib/server/routes/other-methods';

export const POST = adminChangeRoute(
  'POST /api/admin/users/[id]/factor-reset',
  { body: factorResetBody },
  async (call) => {
    const id = readUserId((await call.params)['id']);
    if (id === null) return problem('not_found');
    const begun = await startFactorReset(id, call.body.reason, actingOf(call));
    if (!begun.ok) return problem(begun.code);
    sendDueMail();
    const { notBefore, expiresAt } = begun.value;
    return json({ notBefore, expiresAt }, 202);
  },
);

export const DELETE = adminChangeRoute('DELETE /api/admin/users/[id]/factor-reset', {}, async (call) => {
  const id = readUserId((await call.params)['id']);
  if (id === null) return problem('not_found');
  const stopped = await stopFactorReset(id, actingOf(call));
  return stopped.ok ? empty() : problem(stopped.code);
});
