import { sessionFacts } from '@/lib/core/token/session-facts';
import { json } from '@/lib/server/routes/answer';
import { sessionRoute } from '@/lib/server/routes/route-handler';

export * from '@/lib/server/routes/other-methods';

export const GET = sessionRoute('GET /api/auth/session', { sharing: 'listed' }, async ({ session }) =>
  json(sessionFacts(session)),
);
