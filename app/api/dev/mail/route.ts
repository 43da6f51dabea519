import { isDevMailboxFor } from '@/lib/server/mail/dev-mailbox';
import { readDevMailbox } from '@/lib/server/mail/mailer';
import { endpoints } from '@/lib/server/routes/endpoints';
import { json, problem, publicRoute } from '@/lib/server/routes/route-handler';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = endpoints({
  GET: publicRoute({}, async ({ request }) =>
    isDevMailboxFor(request.headers.get('host')) ? json({ messages: await readDevMailbox() }) : problem('not_found'),
  ),
});
