import type { Result } from '@/lib/core/failures';
import { type Attempt, attempt } from './deadline';

export type SingleFlight = {
  /** Begins a run, or joins the one that is under way; settles when that one has landed, and never rejects. */
  (): Promise<void>;
  /** False again once a run has landed or is past its deadline. */
  readonly isRunning: () => boolean;
};

export type Run<T> = {
  /** A run is given up so long after its start. */
  readonly timeoutMs: number;
  readonly monotonicMs: () => number;
  readonly work: (signal: AbortSignal) => Promise<T>;
  /** Takes what came of a run, once. What comes of one after it was given up is never seen here. */
  readonly land: (outcome: Result<T, string>) => void;
};

/**
 * A run of which only one is under way at a time: callers meanwhile share it. A run that is lost is given up at its
 * deadline, by the timer or by the next caller, whoever is there first: then the next run begins.
 */
export function singleFlight<T>({ timeoutMs, monotonicMs, work, land }: Run<T>): SingleFlight {
  let running: { readonly attempt: Attempt<T>; readonly landed: Promise<void> } | undefined;

  function begin(): Promise<void> {
    const started = attempt(timeoutMs, monotonicMs, work);
    const landed = started.outcome.then((outcome) => {
      // One that was given up by a caller has landed already, and another may be under way.
      if (running?.attempt !== started) return;
      running = undefined;
      land(outcome);
    });
    running = { attempt: started, landed };
    return landed;
  }

  function dropOverdue(): void {
    if (!running?.attempt.isOverdue()) return;
    const { attempt: lost } = running;
    running = undefined;
    lost.giveUp();
    land({ ok: false, code: 'deadline' });
  }

  const run = (): Promise<void> => {
    dropOverdue();
    return running?.landed ?? begin();
  };
  const isRunning = (): boolean => {
    dropOverdue();
    return running !== undefined;
  };
  return Object.assign(run, { isRunning });
}
