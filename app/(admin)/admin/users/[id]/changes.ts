import type { Acting } from '@/lib/server/admin/acting';
import { changeRoleOf } from '@/lib/server/admin/change-role';
import { disableUser } from '@/lib/server/admin/disable';
import { enableUser } from '@/lib/server/admin/enable';
import { endSessionsOf } from '@/lib/server/admin/end-sessions';
import { startFactorReset, stopFactorReset } from '@/lib/server/admin/factor-reset';
import { forceReset } from '@/lib/server/admin/force-reset';
import type { AdminRequest } from '@/lib/server/step-up/admin-requests';

/** `done` names what the page says afterwards. */
export type MadeChange =
  | { readonly kind: 'done'; readonly done: string }
  | { readonly kind: 'refused'; readonly text: string };

const REFUSALS = {
  not_found: 'There is nothing to change any more.',
  own_account: 'This is your own account: another admin can do that.',
  last_admin: 'This is the last admin. Make somebody else one first.',
  no_factor: 'This account has no second factor.',
} as const;

/** Makes a change of somebody's account that an admin asked for. */
export async function makeChange(request: AdminRequest, acting: Acting): Promise<MadeChange> {
  const { done, outcome } = await changed(request, acting);
  return outcome.ok ? { kind: 'done', done } : { kind: 'refused', text: REFUSALS[outcome.code] };
}

async function changed(request: AdminRequest, acting: Acting) {
  const { id } = request;
  switch (request.action) {
    case 'set_role':
      return { done: 'role_changed', outcome: await changeRoleOf(id, request.role, acting) };
    case 'set_disabled':
      return request.isDisabled
        ? { done: 'disabled', outcome: await disableUser(id, acting) }
        : { done: 'enabled', outcome: await enableUser(id, acting) };
    case 'end_sessions':
      return { done: 'sessions_ended', outcome: await endSessionsOf(id, acting) };
    case 'force_reset':
      return { done: 'reset_forced', outcome: await forceReset(id, acting) };
    case 'start_factor_reset':
      return { done: 'factor_reset_begun', outcome: await startFactorReset(id, request.reason, acting) };
    case 'stop_factor_reset':
      return { done: 'factor_reset_stopped', outcome: await stopFactorReset(id, acting) };
  }
}
