import { isCronCall } from '@/lib/server/maintenance/cron-secret';
import { runUpkeep } from '@/lib/server/maintenance/upkeep';
import { json, problem } from '@/lib/server/routes/answer';
import { publicRoute } from '@/lib/server/routes/route-handler';

export * from '@/lib/server/routes/other-methods';

/**
 * Called by a scheduler, such as Vercel's cron, with `Authorization: Bearer CRON_SECRET`. Others see no such route. When
 * a step fails the others are done, and the answer is an error, so that the scheduler tells its owner.
 */
export const GET = publicRoute('GET /api/cron/clean', { head: 'refuse' }, async ({ request }) => {
  if (!isCronCall(request.headers.get('authorization'))) return problem('not_found');
  const { failed, isDatabaseAway, ...done } = await runUpkeep({ sendsMail: true });
  if (failed.length === 0) return json(done);
  return isDatabaseAway
    ? problem('service_unavailable', { failed, done, retryAfterSeconds: 60 })
    : problem('internal_error', { failed, done });
});
