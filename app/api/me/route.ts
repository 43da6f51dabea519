import { endpoints } from '@/lib/server/routes/endpoints';
import { json, problem, sessionRoute } from '@/lib/server/routes/route-handler';
import { findPublicUser } from '@/lib/server/users/user-store';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = endpoints(
  {
    GET: sessionRoute({}, async ({ session }) => {
      const user = await findPublicUser(session.sub);
      return user === null ? problem('unauthenticated') : json({ user });
    }),
  },
  'listed',
);
