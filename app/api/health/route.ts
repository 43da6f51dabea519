import { db } from '@/lib/server/database/client';
import { json } from '@/lib/server/routes/answer';
import { publicRoute } from '@/lib/server/routes/route-handler';

export * from '@/lib/server/routes/other-methods';

export const GET = publicRoute('GET /api/health', {}, async () => {
  const [row] = await db().$queryRaw<{ now: number }[]>`SELECT extract(epoch FROM clock_timestamp())::float8 AS now`;
  const clockSkewSeconds = Math.round((Date.now() / 1000 - (row?.now ?? 0)) * 1000) / 1000;
  return json({ status: 'ok', clockSkewSeconds });
});
