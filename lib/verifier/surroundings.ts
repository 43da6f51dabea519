/**
 * Where a verifier gets its facts and its time: arguments, so that it runs anywhere and tests can stop the clock. Those
 * that are not given are the network and the clocks of whatever runs it.
 */
export type Surroundings = {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Milliseconds that only grow: ages are measured with it. */
  readonly monotonicMs: () => number;
  /** Epoch seconds: the time in tokens is compared with it. */
  readonly now: () => number;
  /** Told of each fetch that brought nothing, so that somebody may log it: a service goes on with what it holds. */
  readonly report?: (loss: Loss) => void;
};

/** A fetch that brought nothing. Neither part holds a token or a cookie. */
export type Loss = {
  /** What was asked for. */
  readonly url: string;
  /** Why: `deadline`, `status 503`, `body_too_large`, a word for what was wrong, or the name and code of an error. */
  readonly cause: string;
};

/** Tells of a loss. A report that throws costs nobody an answer. */
export function tell({ report }: Pick<Surroundings, 'report'>, loss: Loss): void {
  try {
    report?.(loss);
  } catch {
    // It is the report of the caller, who has no answer to give here.
  }
}

/** The network and the clocks of whatever runs this: the one place in this ring that reads them. */
export const realSurroundings: Surroundings = {
  fetch: (url, init) => fetch(url, init),
  // biome-ignore lint/plugin: the default for callers that bring no clock of their own
  monotonicMs: () => performance.now(),
  // biome-ignore lint/plugin: the default for callers that bring no clock of their own
  now: () => Date.now() / 1000,
};

/**
 * `surroundings` whose fetches to `origin` carry `headers`, or what they are at that moment, and whose fetches to any other
 * do not: for what opens a server that is ours and protected. No fetch here follows a redirect, which could lead them
 * elsewhere.
 */
export function withHeadersFor(
  origin: string,
  headers: Readonly<Record<string, string>> | (() => Readonly<Record<string, string>>),
  surroundings: Surroundings,
): Surroundings {
  const fetch: Surroundings['fetch'] = (url, init) => {
    if (new URL(url).origin !== origin) return surroundings.fetch(url, init);
    const all = new Headers(init.headers);
    for (const [name, value] of Object.entries(typeof headers === 'function' ? headers() : headers))
      all.set(name, value);
    return surroundings.fetch(url, { ...init, headers: all });
  };
  return { ...surroundings, fetch };
}
