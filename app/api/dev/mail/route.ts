import { isDevMailboxFor, readDevMailbox } from '@/lib/server/mail/dev-mailbox';
import { json, problem } from '@/lib/server/routes/answer';
import { publicRoute } from '@/lib/server/routes/route-handler';

export * from '@/lib/server/routes/other-methods';

export const GET = publicRoute('GET /api/dev/mail', {}, async ({ request }) =>
  isDevMailboxFor(request.headers.get('host')) ? json({ messages: await readDevMailbox() }) : problem('not_found'),
);
