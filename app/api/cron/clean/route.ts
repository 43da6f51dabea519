import { deleteExpired } from '@/lib/server/cleaning';
import { isCronCall } from '@/lib/server/cron-secret';
import { db } from '@/lib/server/db';
import { endpoints } from '@/lib/server/endpoints';
import { env } from '@/lib/server/env';
import { rotateWhenDue } from '@/lib/server/key-rotation';
import { drainOutbox } from '@/lib/server/outbox';
import { json, problem, publicRoute } from '@/lib/server/route-handler';

/** Called by a scheduler, such as Vercel's cron, with `Authorization: Bearer CRON_SECRET`. Others see no such route. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = endpoints({
  GET: publicRoute({}, async ({ request }) => {
    if (!isCronCall(request.headers.get('authorization'))) return problem('not_found');
    const done = { deleted: await deleteExpired(), mail: await drainOutbox() };
    return json({ ...done, keys: await rotateWhenDue(db(), env().keyRotationDays) });
  }),
});
