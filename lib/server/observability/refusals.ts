import 'server-only';
import { log } from './logger';

const EVERY_MS = 60_000;

/** Our own failures, which have lines of their own, and what everybody is told who has not signed in. */
const OF_NOTE_ELSEWHERE = ['internal_error', 'service_unavailable', 'server_error', 'temporarily_unavailable'];
const OF_NO_NOTE = ['unauthenticated'];

/** Lines a minute about what somebody may not do: of one session, and of all. */
const MAX_NOTES_OF_ONE = 10;
const MAX_NOTES = 100;

let counts = new Map<string, number>();
let notes = new Map<string, number>();
let timer: NodeJS.Timeout | undefined;

/**
 * Counts a request that was refused, by the code of its answer: whoever looks for a way around something leaves these. What
 * was counted is one line of the log a minute, `refusals`, and none when nothing was.
 */
export function countRefusal(code: string): void {
  if (OF_NOTE_ELSEWHERE.includes(code) || OF_NO_NOTE.includes(code)) return;
  counts.set(code, (counts.get(code) ?? 0) + 1);
  beginMinute();
}

/**
 * Writes down that somebody who is known may not do something: who, in which session, where and what. Who asks a thousand
 * times leaves ten lines a minute; how often it was stands in `refusals`.
 */
export function noteForbidden(
  { method, path }: { readonly method: string; readonly path: string },
  { sub, sid }: { readonly sub: string; readonly sid: string },
): void {
  const ofOne = notes.get(sid) ?? 0;
  const ofAll = [...notes.values()].reduce((sum, count) => sum + count, 0);
  if (ofOne >= MAX_NOTES_OF_ONE || ofAll >= MAX_NOTES) return;
  notes.set(sid, ofOne + 1);
  beginMinute();
  log.warn('access.refused', { userId: sub, sessionId: sid, method, path });
}

function beginMinute(): void {
  if (timer !== undefined) return;
  timer = setTimeout(() => {
    const counted = [...counts].map(([why, count]) => ({ why, count }));
    counts = new Map();
    notes = new Map();
    timer = undefined;
    if (counted.length > 0) log.info('refusals', { counted });
  }, EVERY_MS);
  timer.unref();
}
