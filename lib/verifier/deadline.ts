import { fail, type Result, succeed } from '@/lib/core/failures';

export type Attempt<T> = {
  /**
   * Never rejects, and settles at the deadline at the latest, whatever `work` waits for. The code of a failure is for a log:
   * `deadline`, what a `BadAnswer` says, or the name and code of an error. Never a text that was sent or received.
   */
  readonly outcome: Promise<Result<T, string>>;
  /** True from the deadline on by the clock: in an instance that was frozen, the timer may not have run. */
  isOverdue(): boolean;
  /** Ends it at once, as the deadline would. */
  giveUp(): void;
};

/** Thrown by `work` to say in one word what was wrong with an answer. */
export class BadAnswer extends Error {}

/**
 * Begins `work` and waits `timeoutMs` for it, no longer: a timer of our own decides, because a call can be lost in ways that
 * its signal does not end. What comes of it later is dropped. The signal is aborted then, so that a call which does
 * listen frees its connection.
 *
 * @param monotonicMs The clock of `isOverdue`.
 */
export function attempt<T>(
  timeoutMs: number,
  monotonicMs: () => number,
  work: (signal: AbortSignal) => Promise<T>,
): Attempt<T> {
  const startedMs = monotonicMs();
  const controller = new AbortController();
  let giveUp: () => void = () => undefined;
  const outcome = new Promise<Result<T, string>>((resolve) => {
    const timer = setTimeout(() => giveUp(), timeoutMs);
    const settle = (result: Result<T, string>) => {
      clearTimeout(timer);
      resolve(result);
    };
    giveUp = () => {
      settle(fail('deadline'));
      controller.abort();
    };
    begun(work, controller.signal).then(
      (value) => settle(succeed(value)),
      (error: unknown) => settle(fail(causeOf(error))),
    );
  });
  return { outcome, isOverdue: () => monotonicMs() - startedMs >= timeoutMs, giveUp };
}

/** What throws before its first wait counts as a rejection. */
const begun = async <T>(work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> => work(signal);

const NAME = /^[A-Za-z]{1,40}$/;
const CODE = /^[A-Z][A-Z0-9_]{2,39}$/;
/** Such as `bad port`, which has no code. */
const PLAIN_WORDS = /^(?=.{3,40}$)[a-z]+(?: [a-z]+)+$/;

/**
 * `TypeError ECONNREFUSED`. Names and codes are constants of the runtime; a message may quote what was sent, so that of a
 * cause is told only where it is a few plain words.
 */
function causeOf(error: unknown): string {
  if (error instanceof BadAnswer) return error.message;
  const { name, code, cause } = isObject(error) ? error : {};
  const inner = isObject(cause) ? cause : {};
  const words = [
    [name, NAME],
    [code, CODE],
    [inner['code'], CODE],
    [inner['message'], PLAIN_WORDS],
  ] as const;
  const told = words.flatMap(([word, shape]) => (typeof word === 'string' && shape.test(word) ? [word] : []));
  return told.join(' ') || 'Error';
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
