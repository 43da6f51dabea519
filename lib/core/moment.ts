/** A point in time by both clocks. */
export type Moment = { readonly monotonicMs: number; readonly wallSeconds: number };

/** Two clocks: one that only grows, in milliseconds, and the one on the wall, in epoch seconds. */
export type Clocks = { readonly monotonicMs: () => number; readonly now: () => number };

/** Before everything: nothing was ever done then. */
export const NEVER: Moment = { monotonicMs: Number.NEGATIVE_INFINITY, wallSeconds: Number.NEGATIVE_INFINITY };

export const momentOf = ({ monotonicMs, now }: Clocks): Moment => ({ monotonicMs: monotonicMs(), wallSeconds: now() });

/**
 * Milliseconds since `moment`, by the clock that saw more of them. A frozen instance may find its monotonic clock where
 * it left it; the clock on the wall may be set back. What is too old by either is too old.
 */
export const msSince = (moment: Moment, { monotonicMs, now }: Clocks): number =>
  Math.max(monotonicMs() - moment.monotonicMs, (now() - moment.wallSeconds) * 1_000);
