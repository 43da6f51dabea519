import { json, problem } from '@/lib/server/routes/answer';
import { sessionRoute } from '@/lib/server/routes/route-handler';
import { findPublicUser } from '@/lib/server/users/user-store';

export * from '@/lib/server/routes/other-methods';

export const GET = sessionRoute('GET /api/me', { sharing: 'listed' }, async ({ session }) => {
  const user = await findPublicUser(session.sub);
  return user === null ? problem('unauthenticated') : json({ user });
});
