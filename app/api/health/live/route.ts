import { json } from '@/lib/server/routes/answer';
import { publicRoute } from '@/lib/server/routes/route-handler';

export * from '@/lib/server/routes/other-methods';

/** Asks nobody: a process that answers this is alive, whatever else is away. */
export const GET = publicRoute('GET /api/health/live', {}, async () => json({ status: 'ok' }));
