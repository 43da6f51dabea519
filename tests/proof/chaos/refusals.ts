import { told } from './answers';
import { endedBy } from './endings';
import type { Evidence, Finding, SessionFacts } from './evidence';
import { byPerson, type Entry } from './journal';

/**
 * Every refusal of a client whose session was not over by then, and every password that was refused or taken although it was
 * sure that it is the right or a replaced one. Whether the end of a session was asked for is judged by `sessions.ts`.
 */
export function judgeRefusals({ journal, sessions }: Evidence): Finding[] {
  const rows = new Map(sessions.map((session) => [session.id, session]));
  const people = byPerson(journal.entries);
  const refusals = journal.entries.flatMap((entry): Finding[] => {
    if (entry.what === 'sign in') return judgeSignIn(entry, people.get(entry.person) ?? []);
    if (!entry.isRefused) return [];
    return isOver(entry, rows) ? [] : [{ kind: 'wrong 401', said: told(entry) }];
  });
  const doubts = journal.doubts.filter(({ isLive }) => isLive);
  return [
    ...refusals,
    ...doubts.map(
      ({ client, session }): Finding => ({
        kind: 'wrong 401',
        said: `Client ${client} was refused twice, and ${session} lives`,
      }),
    ),
  ];
}

/** True where the database says that the session was over before the refusal came. */
function isOver({ brought, untilMs }: Entry, rows: ReadonlyMap<string, SessionFacts>): boolean {
  const endedAtMs = brought === null ? null : (rows.get(brought.session)?.endedAtMs ?? null);
  return endedAtMs !== null && endedAtMs <= untilMs;
}

function judgeSignIn(entry: Entry, ofPerson: readonly Entry[]): Finding[] {
  const sent = entry.password ?? 0;
  if (entry.status === 200 && ofPerson.some((other) => isSureFrom(other, entry) && (other.password ?? 0) > sent)) {
    return [{ kind: 'replaced password', said: told(entry) }];
  }
  if (!entry.isRefused) return [];
  const isKnown = sent === 0 || ofPerson.some((other) => isSureFrom(other, entry) && other.password === sent);
  const mayHaveChanged = ofPerson.some(
    (other) => other.what === 'change password' && (other.password ?? 0) > sent && other.fromMs < entry.untilMs,
  );
  return isKnown && !mayHaveChanged ? [{ kind: 'wrong 401', said: told(entry) }] : [];
}

/** True where it was sure before `entry` began that the password of `other` was the one: it was set, or it signed in. */
const isSureFrom = (other: Entry, entry: Entry): boolean =>
  other.untilMs <= entry.fromMs &&
  ((other.what === 'change password' && other.status === 204) || (other.what === 'sign in' && other.status === 200));

/** Sessions that ended by a change of password or a sign-in whose answer was lost: their people sign in again. */
export function endedUnheard({ journal, sessions }: Evidence): number {
  const people = byPerson(journal.entries);
  return sessions.filter((session) => {
    const by = endedBy(session, people.get(session.person) ?? []);
    return by?.what === 'change password' && by.handed === null && by.brought?.session === session.id;
  }).length;
}
