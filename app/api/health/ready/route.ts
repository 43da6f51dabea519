import { isEnding } from '@/lib/server/maintenance/ending';
import { type Away, checkDatabase, checkEdge } from '@/lib/server/maintenance/health';
import { json, problem } from '@/lib/server/routes/answer';
import { publicRoute } from '@/lib/server/routes/route-handler';

export * from '@/lib/server/routes/other-methods';

const unready = (away: readonly Away[]) => problem('service_unavailable', { away, retryAfterSeconds: 2 });

export const GET = publicRoute('GET /api/health/ready', {}, async () => {
  if (isEnding()) return unready(['server']);
  const [database, edge] = await Promise.all([checkDatabase(), checkEdge()]);
  if (database !== null && edge !== null) return json({ status: 'ok', ...database });
  return unready([
    ...(database === null ? (['database'] as const) : []),
    ...(edge === null ? (['edge'] as const) : []),
  ]);
});
