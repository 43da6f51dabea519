import 'server-only';
import type { Acting } from '@/lib/server/admin/acting';
import type { Signer } from '@/lib/server/step-up/guard';
import { auditFilter } from './admin-schemas';
import type { Problem } from './answer';
import { backToForm, type FormFields } from './form-answer';
import type { Call } from './pipeline';

/** The admin who sends a request. */
export const actingOf = ({ session, facts }: Pick<Call<Signer, unknown>, 'session' | 'facts'>): Acting => ({
  actorId: session.user.id,
  facts,
});

const AUDIT_PAGE = '/admin/audit';

/** Where the form of an export is led that could not be made: to confirm who it is, or back to the page of the log. */
export const backToAudit = (error: Problem, fields: FormFields): string =>
  error.code === 'step_up_required'
    ? `/step-up?next=${encodeURIComponent(`${AUDIT_PAGE}${filterIn(fields)}`)}`
    : backToForm(AUDIT_PAGE, error, fields);

/** The filter of a form, as the query of the page that it was sent from. */
function filterIn(fields: FormFields): string {
  const said = Object.entries(auditFilter.safeParse(fields).data ?? {}).flatMap(([name, value]) =>
    value === null ? [] : [[name, value instanceof Date ? value.toISOString() : value]],
  );
  return said.length === 0 ? '' : `?${new URLSearchParams(Object.fromEntries(said))}`;
}
