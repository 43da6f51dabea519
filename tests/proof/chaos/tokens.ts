import type { Evidence, Finding, Probe } from './evidence';
import { handedOut } from './sessions';

/** Every sign of two tokens of one session that are good at once, and of a token that was good and is not. */
export function judgeTokens(evidence: Evidence): Finding[] {
  return [...judgeSpellings(evidence), ...judgeSteps(evidence), ...evidence.probes.flatMap(judgeProbe)];
}

/** A counter of a session has one token, and none is ahead of the table. */
function judgeSpellings(evidence: Evidence): Finding[] {
  const counters = new Map(evidence.sessions.map(({ id, counter }) => [id, counter]));
  const spelled = new Map<string, string>();
  return handedOut(evidence).flatMap(({ session, counter, text }): Finding[] => {
    const name = `${session} at ${counter}`;
    const isOther = (spelled.get(name) ?? text) !== text;
    spelled.set(name, text);
    if (isOther) return [{ kind: 'two valid tokens', said: `${name} has two tokens` }];
    const isAhead = counter > (counters.get(session) ?? 0);
    return isAhead ? [{ kind: 'two valid tokens', said: `${name} is ahead of the table` }] : [];
  });
}

/** For a token there is the same one, or the one after: a session that went on without its client would hand out another. */
function judgeSteps({ journal }: Evidence): Finding[] {
  return journal.entries.flatMap(({ id, brought, handed }): Finding[] => {
    if (brought === null || handed === null || brought.session !== handed.session) return [];
    const steps = handed.counter - brought.counter;
    if (steps === 0 || steps === 1) return [];
    return [{ kind: 'two valid tokens', said: `${id} brought ${brought.counter} and was handed ${handed.counter}` }];
  });
}

function judgeProbe({ kind, session, counter, status }: Probe): Finding[] {
  const said = `${session} at ${counter}, ${kind}: ${status}`;
  if (kind === 'current') return status === 200 ? [] : [{ kind: 'lost session', said }];
  return status === 401 ? [] : [{ kind: 'two valid tokens', said }];
}
