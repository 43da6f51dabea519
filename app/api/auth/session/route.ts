import { toIso } from '@/lib/core/time';
import { json } from '@/lib/server/routes/answer';
import { sessionRoute } from '@/lib/server/routes/route-handler';

export * from '@/lib/server/routes/other-methods';

export const GET = sessionRoute('GET /api/auth/session', { sharing: 'listed' }, async ({ session }) => {
  const { sub, sid, role, amr, auth_time, exp } = session;
  return json({ sub, sid, role, amr, authTime: toIso(auth_time), expiresAt: toIso(exp) });
});
