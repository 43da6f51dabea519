import 'server-only';
import { isPlaceOf, listUsers } from '@/lib/server/users/user-list';
import { inUtc } from './keys-rotation';
import type { Outcome } from './program';
import { table } from './table';
import { refused, say } from './users-answers';
import type { Listing } from './users-arguments';

/** People as a table, or as one JSON document with `next`, which `--after` takes. */
export async function list({ isJson, ...asked }: Listing): Promise<Outcome> {
  const { after } = asked;
  if (after !== null && !isPlaceOf(asked, after)) {
    return refused(`--after takes what the same list named as its next page, and "${after}" is none`);
  }
  const { users, next } = await listUsers(asked);
  if (isJson) return say(JSON.stringify({ users, next }, null, 2));
  if (users.length === 0) return say('Nobody is found by this.');
  const rows = users.map(({ email, role, createdAt, disabledAt, deletesAt, liveSessions, secondFactor }) => [
    email,
    role,
    inUtc(createdAt),
    stateOf(disabledAt, deletesAt),
    String(liveSessions),
    secondFactor ? 'yes' : 'no',
  ]);
  const shown = table([['EMAIL', 'ROLE', 'SINCE', 'STATE', 'SESSIONS', 'SECOND FACTOR'], ...rows]);
  return say(next === null ? shown : `${shown}\n\nThere are more: --after ${next}`);
}

function stateOf(disabledAt: string | null, deletesAt: string | null): string {
  if (disabledAt !== null) return 'disabled';
  return deletesAt === null ? 'enabled' : `deleted ${inUtc(deletesAt)}`;
}
