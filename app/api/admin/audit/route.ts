import { searchAudit } from '@/lib/server/audit/audit-search';
import { auditFilter, readQuery } from '@/lib/server/routes/admin-schemas';
import { json } from '@/lib/server/routes/answer';
import { readEventPage } from '@/lib/server/routes/event-page';
import { adminRoute } from '@/lib/server/routes/route-handler';

export * from '@/lib/server/routes/other-methods';

export const GET = adminRoute('GET /api/admin/audit', {}, async ({ request }) => {
  const { searchParams } = request.nextUrl;
  const filter = readQuery(auditFilter, searchParams);
  if (!filter.ok) return filter.error;
  const page = readEventPage(searchParams);
  return page.ok ? json(await searchAudit(filter.value, page.value)) : page.error;
});
