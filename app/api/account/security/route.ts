import { toIso } from '@/lib/core/time';
import { json, problem } from '@/lib/server/routes/answer';
import { sessionRoute } from '@/lib/server/routes/route-handler';
import { securityOverview } from '@/lib/server/security/overview';
import { findSigner } from '@/lib/server/step-up/guard';

export * from '@/lib/server/routes/other-methods';

export const GET = sessionRoute('GET /api/account/security', {}, async ({ session, facts }) => {
  const signer = await findSigner(session, facts);
  if (!signer.ok) return problem(signer.code);
  const { methods, recentUntil } = signer.value;
  return json({ ...(await securityOverview(signer.value)), methods, recentUntil: toIso(recentUntil) });
});
