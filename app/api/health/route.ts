import { db } from '@/lib/server/database/client';
import { endpoints } from '@/lib/server/routes/endpoints';
import { json, publicRoute } from '@/lib/server/routes/route-handler';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = endpoints({
  GET: publicRoute({}, async () => {
    const [row] = await db().$queryRaw<{ now: number }[]>`SELECT extract(epoch FROM clock_timestamp())::float8 AS now`;
    const clockSkewSeconds = Math.round((Date.now() / 1000 - (row?.now ?? 0)) * 1000) / 1000;
    return json({ status: 'ok', clockSkewSeconds });
  }),
});
