import 'server-only';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { endSessions } from '@/lib/server/sessions/ending';
import { findListedUser } from '@/lib/server/users/listed-user';
import type { Acting } from './acting';

/** Signs a person out everywhere, in browsers and programs; how many sessions ended. */
export async function endSessionsOf(userId: string, { actorId, facts }: Acting): Promise<Result<number, 'not_found'>> {
  const ending = { reason: 'ended_by_admin', audit: 'session_ended', facts, askedBy: null, actorId } as const;
  const ended = await endSessions({ userId }, ending);
  if (ended === 0 && (await findListedUser({ id: userId })) === null) return fail('not_found');
  return succeed(ended);
}
