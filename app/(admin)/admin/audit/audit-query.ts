import type { FormQuery } from '@/app/_components/forms/initial-faults';
import { normalizeEmail } from '@/lib/core/email';
import type { AuditFilter } from '@/lib/server/audit/audit-search';
import { auditFilter, readFilter } from '@/lib/server/routes/admin-schemas';
import { findUserId } from '@/lib/server/users/user-store';

const NAMES = ['type', 'user', 'actor', 'from', 'to'] as const;

/** What the address of the page asks for. `filter` is null where a field says nothing that makes sense, `faults` say which. */
export type AuditQuery = {
  readonly typed: Readonly<Record<string, string>>;
  readonly filter: AuditFilter | null;
  readonly faults: Readonly<Record<string, string>>;
};

/** Here a person may be named by address as well. */
export async function readAuditQuery(query: FormQuery): Promise<AuditQuery> {
  const user = typeof query['user'] === 'string' ? query['user'].trim() : '';
  const email = user.includes('@') ? normalizeEmail(user) : null;
  const id = email === null ? user : await findUserId(email);
  const { typed, value, faults = {} } = readFilter(auditFilter, { ...query, user: id ?? '' }, NAMES);
  const shown = user === '' ? typed : { ...typed, user };
  if (id === null) return { typed: shown, filter: null, faults: { ...faults, user: 'Nobody has this address' } };
  return { typed: shown, filter: value, faults };
}
