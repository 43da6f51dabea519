import { env } from '@/lib/server/config/env';
import { rotateWhenDue } from '@/lib/server/keys/rotation';
import { drainOutbox } from '@/lib/server/mail/drain';
import { deleteExpired } from '@/lib/server/maintenance/cleaning';
import { isCronCall } from '@/lib/server/maintenance/cron-secret';
import { json, problem } from '@/lib/server/routes/answer';
import { publicRoute } from '@/lib/server/routes/route-handler';

export * from '@/lib/server/routes/other-methods';

/** Called by a scheduler, such as Vercel's cron, with `Authorization: Bearer CRON_SECRET`. Others see no such route. */
export const GET = publicRoute('GET /api/cron/clean', {}, async ({ request }) => {
  if (!isCronCall(request.headers.get('authorization'))) return problem('not_found');
  const done = { deleted: await deleteExpired(), mail: await drainOutbox() };
  return json({ ...done, keys: await rotateWhenDue(env().keyRotationDays) });
});
