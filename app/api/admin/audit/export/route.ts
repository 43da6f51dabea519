import { exportAudit } from '@/lib/server/audit/audit-export';
import { backToAudit } from '@/lib/server/routes/acting-admin';
import { auditFilter } from '@/lib/server/routes/admin-schemas';
import { file } from '@/lib/server/routes/answer';
import { adminChangeRoute } from '@/lib/server/routes/route-handler';

export * from '@/lib/server/routes/other-methods';

const options = { body: auditFilter, form: { success: () => '/admin/audit', failure: backToAudit } };

export const POST = adminChangeRoute('POST /api/admin/audit/export', options, async ({ session, body, facts }) => {
  const { ip, userAgent } = facts;
  const lines = await exportAudit(body, { adminId: session.user.id, ip, userAgent });
  return file('audit.ndjson', 'application/x-ndjson', lines);
});
