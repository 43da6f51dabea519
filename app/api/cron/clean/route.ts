import { env } from '@/lib/server/config/env';
import { rotateWhenDue } from '@/lib/server/keys/rotation';
import { drainOutbox } from '@/lib/server/mail/outbox';
import { deleteExpired } from '@/lib/server/maintenance/cleaning';
import { isCronCall } from '@/lib/server/maintenance/cron-secret';
import { endpoints } from '@/lib/server/routes/endpoints';
import { json, problem, publicRoute } from '@/lib/server/routes/route-handler';

/** Called by a scheduler, such as Vercel's cron, with `Authorization: Bearer CRON_SECRET`. Others see no such route. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = endpoints({
  GET: publicRoute({}, async ({ request }) => {
    if (!isCronCall(request.headers.get('authorization'))) return problem('not_found');
    const done = { deleted: await deleteExpired(), mail: await drainOutbox() };
    return json({ ...done, keys: await rotateWhenDue(env().keyRotationDays) });
  }),
});
