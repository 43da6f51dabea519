import { sendDueMail } from '@/lib/server/mail/delivery';
import { undo } from '@/lib/server/recovery/undo';
import { empty } from '@/lib/server/routes/answer';
import { backToLink, type FormFields } from '@/lib/server/routes/form-answer';
import { undoBody } from '@/lib/server/routes/request-schemas';
import { publicRoute } from '@/lib/server/routes/route-handler';
import { attemptProblem } from '@/lib/server/routes/sign-in-answer';

export * from '@/lib/server/routes/other-methods';

/** Which notice the login page shows, by what the form said it does. */
const DONE: ReadonlyMap<unknown, string> = new Map([
  ['stop_reset', 'stopped'],
  ['keep_account', 'kept'],
]);

const form = {
  success: ({ kind }: FormFields) => `/login?${DONE.get(kind) ?? 'undone'}=1`,
  failure: backToLink('/undo'),
};

export const POST = publicRoute('POST /api/auth/undo', { body: undoBody, form }, async ({ body, facts }) => {
  const undone = await undo(body.token, facts);
  if (!undone.ok) return attemptProblem(undone);
  sendDueMail();
  return empty();
});
