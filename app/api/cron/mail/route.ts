import { shipEvents } from '@/lib/server/audit/shipping';
import { drainOutbox } from '@/lib/server/mail/drain';
import { isCronCall } from '@/lib/server/maintenance/cron-secret';
import { json, problem } from '@/lib/server/routes/answer';
import { publicRoute } from '@/lib/server/routes/route-handler';

export * from '@/lib/server/routes/other-methods';

/**
 * Sends the mail that waits, for a scheduler that calls every minute where no server has a clock of its own, and ships
 * events where `AUDIT_LOG` asks for it.
 */
export const GET = publicRoute('GET /api/cron/mail', { head: 'refuse' }, async ({ request }) => {
  if (!isCronCall(request.headers.get('authorization'))) return problem('not_found');
  const [mail] = await Promise.all([drainOutbox(), shipEvents()]);
  return json({ mail });
});
