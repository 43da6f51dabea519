import 'server-only';
import { requestFactorReset, resetFactorsNow } from '@/lib/server/recovery/factor-reset';
import { changeRole } from '@/lib/server/sessions/role-change';
import { findListedUser } from '@/lib/server/users/listed-user';
import { inUtc } from './keys-rotation';
import type { Outcome } from './program';
import { disable, enable, endAll, endOf, remove, reset } from './users-access';
import { nobody, refused, say } from './users-answers';
import type { Typed } from './users-arguments';
import { list } from './users-listing';

/** Does what was typed, and says what came of it. */
export function runUsersCommand(typed: Typed): Promise<Outcome> {
  switch (typed.command) {
    case 'show':
      return show(typed);
    case 'role':
      return role(typed);
    case 'factor-reset':
      return factorReset(typed);
    case 'disable':
      return disable(typed.email);
    case 'enable':
      return enable(typed.email);
    case 'end-sessions':
      return endOf(typed.email);
    case 'end-all':
      return endAll(typed.before);
    case 'force-reset':
      return reset(typed.email);
    case 'delete':
      return remove(typed.email);
    case 'list':
      return list(typed);
  }
}

async function show({ email, isJson }: Extract<Typed, { command: 'show' }>): Promise<Outcome> {
  const user = await findListedUser({ email });
  if (user === null) return nobody(email);
  if (isJson) return say(JSON.stringify(user, null, 2));
  const { id, name, createdAt, disabledAt, liveSessions } = user;
  const lines = [
    user.email,
    `  name: ${name ?? '-'}`,
    `  role: ${user.role}`,
    `  id: ${id}`,
    `  since: ${inUtc(createdAt)}`,
    `  disabled: ${disabledAt === null ? 'no' : `since ${inUtc(disabledAt)}`}`,
    `  live sessions: ${liveSessions}`,
  ];
  return say(lines.join('\n'));
}

async function role({ email, role: wanted }: Extract<Typed, { command: 'role' }>): Promise<Outcome> {
  const change = await changeRole(email, wanted);
  switch (change.kind) {
    case 'unknown_user':
      return nobody(email);
    case 'unchanged':
      return say(`${email} was ${wanted} already.`);
    case 'last_admin':
      return refused(`${email} is the last admin: make somebody else one first. Nothing was changed`);
    case 'changed':
      return say(
        `${email} is ${wanted} now, and was ${change.from} before. Nobody was signed out: tokens that say ${change.from} are refused within 5 seconds, and renewed.`,
      );
  }
}

const HAS_NONE = (email: string): Outcome => refused(`${email} has no second factor. Nothing was changed`);

async function factorReset({ email, isNow }: Extract<Typed, { command: 'factor-reset' }>): Promise<Outcome> {
  const user = await findListedUser({ email });
  if (user === null) return nobody(email);
  if (isNow) {
    const done = await resetFactorsNow(user.id);
    if (!done.ok) return HAS_NONE(email);
    return say(`All second factors of ${email} are gone, every session was ended, and a mail says so.`);
  }
  const asked = await requestFactorReset({ userId: user.id, requestedBy: null, reason: 'from the command line' });
  if (!asked.ok) return HAS_NONE(email);
  const { isNew, notBefore, expiresAt } = asked.value;
  const when = `From ${inUtc(notBefore.toISOString())} until ${inUtc(expiresAt.toISOString())} the next right password removes all second factors.`;
  const owner = 'The link in the mail to the owner stops it, and so does any sign-in with a factor.';
  return say(isNew ? `${when} ${owner}` : `This is under way already. ${when}`);
}
