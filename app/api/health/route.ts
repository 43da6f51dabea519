import { db } from '@/lib/server/db';
import { endpoints } from '@/lib/server/endpoints';
import { json, publicRoute } from '@/lib/server/route-handler';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = endpoints({
  GET: publicRoute({}, async () => {
    const [row] = await db().$queryRaw<{ now: number }[]>`SELECT extract(epoch FROM clock_timestamp())::float8 AS now`;
    const clockSkewSeconds = Math.round((Date.now() / 1000 - (row?.now ?? 0)) * 1000) / 1000;
    return json({ status: 'ok', clockSkewSeconds });
  }),
});
