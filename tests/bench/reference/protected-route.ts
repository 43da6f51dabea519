import { json } from '@/lib/server/routes/answer';
import { sessionRoute } from '@/lib/server/routes/route-handler';
import { summary } from './facts';

export * from '@/lib/server/routes/other-methods';

/** As a route of the product is written: the handler verifies, and nothing stands in front of it. */
export const GET = sessionRoute('GET /api/bench', { sharing: 'listed' }, async ({ session }) => json(summary(session)));
