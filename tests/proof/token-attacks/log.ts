import { isRecord } from '@/lib/core/json';
import type { TestServer } from '@/tests/support/server/server';
import { type Attempt, MARK } from './forge';

/** The one event that a refused token leaves, and all that it says. */
const REFUSED = 'token.invalid';
const FIELDS = 'event,level,reason,time';

/** What servers print, line by line, in the order in which the lines arrived. */
export type Log = {
  /** All lines since that one, once nothing more arrives that was written before this call. */
  since(line: number): Promise<readonly string[]>;
};

/** Records whole lines from now on. */
export function recordLog(servers: readonly TestServer[]): Log {
  const lines: string[] = [];
  for (const { process } of servers) {
    for (const stream of [process.stdout, process.stderr]) {
      let begun = '';
      stream?.on('data', (chunk: string) => {
        const parts = (begun + chunk).split('\n');
        begun = parts.pop() ?? '';
        lines.push(...parts.filter(Boolean));
      });
    }
  }
  return {
    async since(line) {
      // A server has written before it answers (pipes are synchronous), so the rest lies in a pipe and is about to be read.
      for (let quiet = 0, count = lines.length; quiet < 5; quiet += 1) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        if (lines.length !== count) quiet = -1;
        count = lines.length;
      }
      return lines.slice(line);
    },
  };
}

/** The reasons of all refused tokens, in their order. */
export const reasonsIn = (lines: readonly string[]): string[] =>
  lines.map(eventIn).flatMap(({ event, reason }) => (event === REFUSED ? [String(reason)] : []));

/** An error in answer to a request. What a server does unasked, such as sending mail, may fail on a busy machine. */
const FAILED = /^(?:request|page)\./;

/** Events of refused tokens that say more than a reason, requests that failed, and whatever of a token the log holds. */
export function strangeIn(lines: readonly string[], attempts: readonly Attempt[]): string[] {
  const strange = lines.map(eventIn).filter((event) => {
    if (event['event'] === REFUSED) return Object.keys(event).sort().join() !== FIELDS;
    return event['level'] === 'error' && FAILED.test(String(event['event']));
  });
  const text = lines.join('\n');
  const pieces = attempts.flatMap(({ token }) => piecesOf(token));
  const told = [MARK, ...new Set(pieces)].filter((piece) => text.includes(piece));
  return [...strange.map((event) => JSON.stringify(event)), ...told.map((piece) => `it says ${piece.slice(0, 60)}`)];
}

/** Parts of a token that are long enough to be nothing else. */
export const piecesOf = (token: string): string[] => token.split(/[^\w-]/).filter((piece) => piece.length >= 20);

/** What is no event is one of its own. */
function eventIn(line: string): Record<string, unknown> {
  try {
    const event: unknown = JSON.parse(line);
    return isRecord(event) ? event : { line };
  } catch {
    return { line };
  }
}
