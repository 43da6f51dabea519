import 'server-only';
import { fail, type Result, succeed } from '@/lib/core/failures';
import type { Role } from '@/lib/core/token/claims';
import { changeRoleById } from '@/lib/server/sessions/role-change';
import type { Acting } from './acting';
import type { Switched } from './disable';

/** Gives somebody else another role. The last admin stays one, and nobody changes their own role. */
export async function changeRoleOf(
  userId: string,
  role: Role,
  acting: Acting,
): Promise<Result<Switched, 'not_found' | 'own_account' | 'last_admin'>> {
  if (userId === acting.actorId) return fail('own_account');
  const change = await changeRoleById(userId, role, acting);
  switch (change.kind) {
    case 'unknown_user':
      return fail('not_found');
    case 'last_admin':
      return fail('last_admin');
    default:
      return succeed({ user: change.user, isChanged: change.kind === 'changed' });
  }
}
