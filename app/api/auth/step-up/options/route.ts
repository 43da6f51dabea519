import { json, problem } from '@/lib/server/routes/answer';
import { personRoute } from '@/lib/server/routes/route-handler';
import { offerStepUp } from '@/lib/server/step-up/passkey-offer';

export * from '@/lib/server/routes/other-methods';

export const POST = personRoute('POST /api/auth/step-up/options', {}, async ({ session, facts }) => {
  const offered = await offerStepUp(session, facts);
  return offered.ok ? json(offered.value) : problem(offered.code);
});
