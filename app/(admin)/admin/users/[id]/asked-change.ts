import type { Faults } from '@/app/_components/forms/faults';
import { fieldFaults, formFaults } from '@/app/(member)/account/action-faults';
import { textOf } from '@/app/(member)/account/signer';
import { type Success, succeed } from '@/lib/core/failures';
import { isRole } from '@/lib/core/token/claims';
import { factorResetBody, REASON_TEXT } from '@/lib/server/routes/admin-schemas';
import type { AdminRequest } from '@/lib/server/step-up/admin-requests';

export const ACTIONS = [
  'set_role',
  'set_disabled',
  'end_sessions',
  'force_reset',
  'start_factor_reset',
  'stop_factor_reset',
] as const satisfies readonly AdminRequest['action'][];

type Refused = { readonly ok: false; readonly faults: Faults; readonly reason: string };

/** What a form of the page asks to be done to `user`, or what is wrong with it. */
export function requestIn(
  form: FormData,
  { id, email }: { readonly id: string; readonly email: string },
  before: { readonly faults: Faults },
): Success<AdminRequest> | Refused {
  const whom = { id, email };
  const action = ACTIONS.find((one) => one === textOf(form, 'action'));
  switch (action) {
    case 'set_role': {
      const role = textOf(form, 'role');
      return isRole(role) ? succeed({ action, ...whom, role }) : unreadable(before);
    }
    case 'set_disabled':
      return succeed({ action, ...whom, isDisabled: textOf(form, 'disabled') === 'true' });
    case 'start_factor_reset': {
      const typed = textOf(form, 'reason');
      const parsed = factorResetBody.safeParse({ reason: typed });
      if (parsed.success) return succeed({ action, ...whom, reason: parsed.data.reason });
      const message = parsed.error.issues[0]?.message ?? REASON_TEXT;
      return { ok: false, faults: fieldFaults(before, 'reason', message), reason: typed };
    }
    case undefined:
      return unreadable(before);
    default:
      return succeed({ action, ...whom });
  }
}

const unreadable = (before: { readonly faults: Faults }): Refused => ({
  ok: false,
  faults: formFaults(before, 'Nothing was done. Start again.'),
  reason: '',
});
