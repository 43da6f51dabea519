import type { AuditFilter } from '@/lib/server/audit/audit-search';

/** Has the events of that filter sent as a file: a plain form, because a file is what the browser itself keeps. */
export function ExportForm({ filter }: { filter: AuditFilter }) {
  const { type, user, actor, from, to } = filter;
  const fields = { type, user, actor, from: from?.toISOString(), to: to?.toISOString() };
  return (
    <form action="/api/admin/audit/export" method="post">
      {Object.entries(fields).map(([name, value]) =>
        typeof value === 'string' ? <input key={name} type="hidden" name={name} value={value} /> : null,
      )}
      <button type="submit" className="button button-quiet button-small">
        Export as JSON lines
      </button>
    </form>
  );
}
