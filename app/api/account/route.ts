import { deleteAccount } from '@/lib/server/account/delete-account';
import { sendDueMail } from '@/lib/server/mail/delivery';
import { CLEAR_CACHE, json } from '@/lib/server/routes/answer';
import { changeRoute } from '@/lib/server/routes/route-handler';
import { securityProblem } from '@/lib/server/routes/step-up-answer';
import { dropDraft } from '@/lib/server/sessions/drafts';
import { deleteSessionCookies } from '@/lib/server/sessions/session-cookies';

export * from '@/lib/server/routes/other-methods';

export const DELETE = changeRoute('DELETE /api/account', {}, async ({ facts }, signer) => {
  const deleted = await deleteAccount(signer, facts);
  if (!deleted.ok) return securityProblem(signer, deleted.code);
  await deleteSessionCookies();
  await dropDraft();
  sendDueMail();
  return json({ deletesAt: deleted.value.deletesAt.toISOString() }, 202, CLEAR_CACHE);
});
