import 'server-only';
import { OPERATOR } from '@/lib/server/admin/acting';
import { disableUser } from '@/lib/server/admin/disable';
import { enableUser } from '@/lib/server/admin/enable';
import { endSessionsOf } from '@/lib/server/admin/end-sessions';
import { forceReset } from '@/lib/server/admin/force-reset';
import { scheduleDeletion } from '@/lib/server/admin/schedule-deletion';
import { endSessionsBegunBefore } from '@/lib/server/sessions/end-all';
import { findListedUser } from '@/lib/server/users/listed-user';
import { findUserId } from '@/lib/server/users/user-store';
import { inUtc } from './keys-rotation';
import type { Outcome } from './program';
import { nobody, refused, say, sessionsWere } from './users-answers';

// Who gets in: accounts disabled, enabled and deleted, sessions ended, passwords taken away.

export async function disable(email: string): Promise<Outcome> {
  const id = await findUserId(email);
  const done = id === null ? null : await disableUser(id, OPERATOR);
  if (done === null) return nobody(email);
  if (done.ok) {
    if (!done.value.isChanged) return say(`${email} was disabled already.`);
    return say(`${email} is disabled: nobody signs in to it, every session was ended, and a mail says so.`);
  }
  return done.code === 'last_admin'
    ? refused(`${email} is the last admin: make somebody else one first. Nothing was changed`)
    : nobody(email);
}

export async function enable(email: string): Promise<Outcome> {
  const id = await findUserId(email);
  const done = id === null ? null : await enableUser(id, OPERATOR);
  if (done === null || !done.ok) return nobody(email);
  return say(done.value.isChanged ? `${email} is enabled again.` : `${email} was enabled already.`);
}

export async function endOf(email: string): Promise<Outcome> {
  const id = await findUserId(email);
  const done = id === null ? null : await endSessionsOf(id, OPERATOR);
  if (done === null || !done.ok) return nobody(email);
  return say(`${sessionsWere(done.value)} ended.`);
}

export async function endAll(before: Date): Promise<Outcome> {
  const ended = await endSessionsBegunBefore(before);
  return say(`${sessionsWere(ended)} ended, of those that began before ${inUtc(before.toISOString())}.`);
}

export async function reset(email: string): Promise<Outcome> {
  const id = await findUserId(email);
  const done = id === null ? null : await forceReset(id, OPERATOR);
  if (done === null || !done.ok) return nobody(email);
  return say(
    `The password of ${email} is gone, every session was ended, and a link to a new one is on its way. A disabled account gets none.`,
  );
}

export async function remove(email: string): Promise<Outcome> {
  const user = await findListedUser({ email });
  if (user === null) return nobody(email);
  const done = await scheduleDeletion(user);
  if (done.ok) {
    return say(
      `${email} is deleted after ${inUtc(done.value.toISOString())}: nobody signs in to it, every session was ended, and a link in a mail to its owner keeps it until then.`,
    );
  }
  return done.code === 'last_admin'
    ? refused(`${email} is the last admin: make somebody else one first. Nothing was changed`)
    : refused(`${email} is disabled, or to be deleted already. Nothing was changed`);
}
