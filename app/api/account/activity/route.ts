import { activityOf } from '@/lib/server/audit/activity';
import { json } from '@/lib/server/routes/answer';
import { readEventPage } from '@/lib/server/routes/event-page';
import { sessionRoute } from '@/lib/server/routes/route-handler';

export * from '@/lib/server/routes/other-methods';

export const GET = sessionRoute('GET /api/account/activity', {}, async ({ request, session }) => {
  const page = readEventPage(request.nextUrl.searchParams);
  return page.ok ? json(await activityOf(session.sub, page.value)) : page.error;
});
