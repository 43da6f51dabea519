import 'server-only';
import { type Clocks, type Moment, momentOf, msSince } from '@/lib/core/moment';
import { log } from '@/lib/server/observability/logger';

/** What a check found, or null when it failed or took too long. */
type Found<T> = Promise<T | null>;
type Asked = { readonly askedAt: Moment; readonly found: Found<unknown>; isOver: boolean };
type Memory = { readonly asked: Map<string, Asked>; readonly away: Set<string> };

const CLOCKS: Clocks = { monotonicMs: () => performance.now(), now: () => Date.now() / 1_000 };
const GOOD_FOR_MS = 1_000;
const DEADLINE_MS = 3_000;

/** One for all bundles of the server: each route has its own. */
const shared = globalThis as typeof globalThis & { handstampChecks?: Memory };
function memory(): Memory {
  shared.handstampChecks ??= { asked: new Map(), away: new Set() };
  return shared.handstampChecks;
}

/**
 * What `check` finds, asked once a second at most, whoever asks how often: all who come meanwhile share one run and its
 * answer. A run is waited for three seconds, by a timer of ours, and is forgotten then. The log hears when it begins to
 * fail and when that is over, not each time.
 */
export function sharedCheck<T extends object>(
  name: string,
  check: (signal: AbortSignal) => Promise<T>,
): () => Found<T> {
  return () => {
    const { asked } = memory();
    const last = asked.get(name);
    if (last !== undefined && msSince(last.askedAt, CLOCKS) < (last.isOver ? GOOD_FOR_MS : DEADLINE_MS)) {
      return last.found as Found<T>;
    }
    const found = beforeDeadline(name, check);
    const next: Asked = { askedAt: momentOf(CLOCKS), found, isOver: false };
    asked.set(name, next);
    return found.finally(() => {
      next.isOver = true;
    });
  };
}

function beforeDeadline<T>(name: string, check: (signal: AbortSignal) => Promise<T>): Found<T> {
  const controller = new AbortController();
  return new Promise((resolve) => {
    const fail = (fields: { error?: unknown; reason?: string }) => {
      clearTimeout(timer);
      note(name, fields);
      resolve(null);
    };
    const timer = setTimeout(() => {
      fail({ reason: `no answer within ${DEADLINE_MS} ms` });
      controller.abort();
    }, DEADLINE_MS);
    check(controller.signal).then(
      (value) => {
        clearTimeout(timer);
        note(name, null);
        resolve(value);
      },
      (error: unknown) => fail({ error }),
    );
  });
}

function note(name: string, failure: { error?: unknown; reason?: string } | null): void {
  const { away } = memory();
  if (failure === null) {
    if (away.delete(name)) log.info('health.back', { part: name });
  } else if (!away.has(name)) {
    away.add(name);
    log.error('health.away', { part: name, ...failure });
  }
}
