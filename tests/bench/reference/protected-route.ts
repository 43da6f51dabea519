import { json } from '@/lib/server/routes/answer';
import { sessionRoute } from '@/lib/server/routes/route-handler';
import { summary } from './facts';

export * from '@/lib/server/routes/other-methods';

/** As a route of the product is written: behind the middleware, and verified again. */
export const GET = sessionRoute('GET /api/bench', { sharing: 'listed' }, async ({ session }) => json(summary(session)));
