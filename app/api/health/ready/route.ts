import { checkDatabase, checkEdge } from '@/lib/server/maintenance/health';
import { json, problem } from '@/lib/server/routes/answer';
import { publicRoute } from '@/lib/server/routes/route-handler';

export * from '@/lib/server/routes/other-methods';

export const GET = publicRoute('GET /api/health/ready', {}, async () => {
  const [database, edge] = await Promise.all([checkDatabase(), checkEdge()]);
  if (database !== null && edge !== null) return json({ status: 'ok', ...database });
  const away = [...(database === null ? ['database'] : []), ...(edge === null ? ['edge'] : [])];
  return problem('service_unavailable', { away, retryAfterSeconds: 2 });
});
