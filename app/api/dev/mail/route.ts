import { isDevMailboxFor } from '@/lib/server/dev-mailbox';
import { endpoints } from '@/lib/server/endpoints';
import { readDevMailbox } from '@/lib/server/mailer';
import { json, problem, publicRoute } from '@/lib/server/route-handler';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = endpoints({
  GET: publicRoute({}, async ({ request }) =>
    isDevMailboxFor(request.headers.get('host')) ? json({ messages: await readDevMailbox() }) : problem('not_found'),
  ),
});
