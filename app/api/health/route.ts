import { checkDatabase } from '@/lib/server/maintenance/health';
import { json, problem } from '@/lib/server/routes/answer';
import { publicRoute } from '@/lib/server/routes/route-handler';

export * from '@/lib/server/routes/other-methods';

export const GET = publicRoute('GET /api/health', {}, async () => {
  const database = await checkDatabase();
  return database === null
    ? problem('service_unavailable', { retryAfterSeconds: 2 })
    : json({ status: 'ok', ...database });
});
