import { endedBy, mayHaveBegun } from './endings';
import type { Evidence, Finding, SessionFacts } from './evidence';
import { byPerson, type Entry, type Handed } from './journal';

/** Sessions that ended unasked or only by half, that nobody began, or that are not as their clients know them. */
export function judgeSessions(evidence: Evidence): Finding[] {
  const { journal, sessions, alarms } = evidence;
  const people = byPerson(journal.entries);
  const ofPerson = ({ person }: SessionFacts): Entry[] => people.get(person) ?? [];
  const known = new Set(handedOut(evidence).map(({ session }) => session));
  const rows = new Set(sessions.map(({ id }) => id));
  const unheard = new Set<Entry>();
  const findings: Finding[] = [];
  for (const session of sessions) {
    const { id, endedAtMs, endReason, isRevoked, counter } = session;
    if (endedAtMs !== null && endedBy(session, ofPerson(session)) === undefined) {
      findings.push({ kind: 'lost session', said: `${id}: ${endReason}, and nobody asked for it` });
    }
    if (endedAtMs !== null && !isRevoked) findings.push({ kind: 'half an ending', said: `${id} is not revoked` });
    if (known.has(id)) continue;
    // Each lost answer accounts for one of them.
    const by = mayHaveBegun(session, ofPerson(session)).find((entry) => !unheard.has(entry));
    if (by !== undefined) unheard.add(by);
    if (by === undefined || counter > 0) findings.push({ kind: 'session of nobody', said: `${id} at ${counter}` });
  }
  for (const id of known) if (!rows.has(id)) findings.push({ kind: 'lost session', said: `${id} is gone` });
  for (const alarm of alarms) findings.push({ kind: 'false alarm', said: alarm });
  return [...findings, ...judgeStandings(evidence)];
}

/** Every refresh token that a client was handed. */
export const handedOut = ({ journal }: Evidence): Handed[] => [
  ...journal.prepared,
  ...journal.entries.flatMap(({ handed }) => handed ?? []),
];

/** The table has the counter of each client, or the one after: then the client holds the parent, because an answer was lost. */
function judgeStandings({ standings, sessions }: Evidence): Finding[] {
  const rows = new Map(sessions.map((session) => [session.id, session]));
  return standings.flatMap(({ client, held }): Finding[] => {
    const row = held === null ? undefined : rows.get(held.session);
    const behind = row === undefined || held === null ? null : row.counter - held.counter;
    if (row?.endedAtMs === null && (behind === 0 || behind === 1)) return [];
    const has = held === null ? 'nothing' : `${held.session} at ${held.counter}`;
    const says = row === undefined ? 'nothing of it' : `${row.counter}, ${row.endReason ?? 'live'}`;
    return [{ kind: 'client and table disagree', said: `Client ${client} holds ${has}, the table says ${says}` }];
  });
}
