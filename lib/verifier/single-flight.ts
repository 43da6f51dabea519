export type SingleFlight<T> = (() => Promise<T>) & { readonly isRunning: () => boolean };

/** `work`, of which only one run is under way at a time: callers meanwhile share its outcome. */
export function singleFlight<T>(work: () => Promise<T>): SingleFlight<T> {
  let running: Promise<T> | undefined;
  const run = (): Promise<T> => {
    running ??= work().finally(() => {
      running = undefined;
    });
    return running;
  };
  return Object.assign(run, { isRunning: () => running !== undefined });
}
