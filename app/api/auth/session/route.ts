import { toIso } from '@/lib/core/time';
import { endpoints } from '@/lib/server/routes/endpoints';
import { json, sessionRoute } from '@/lib/server/routes/route-handler';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = endpoints(
  {
    GET: sessionRoute({}, async ({ session: { sub, sid, role, amr, auth_time, exp } }) =>
      json({ sub, sid, role, amr, authTime: toIso(auth_time), expiresAt: toIso(exp) }),
    ),
  },
  'listed',
);
