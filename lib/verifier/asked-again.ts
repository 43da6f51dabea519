import type { Surroundings } from './surroundings';

/** Of an error that says that somebody waited: whoever asks again then waits for twice as long, and asks twice as much. */
const TIME_OUT = /TIMEOUT|TIMEDOUT/i;

/**
 * `surroundings` whose fetches are made once more, at once, when their connection failed: a server that ends closes the
 * kept one that was about to be used. Never after a time-out, and never after an answer, whatever it says. Only for what
 * may arrive twice; of two refreshes by one token both are given the same cookies.
 */
export function askedAgain(surroundings: Surroundings): Surroundings {
  const fetch: Surroundings['fetch'] = async (url, init) => {
    try {
      return await surroundings.fetch(url, init);
    } catch (error) {
      if (init.signal?.aborted || isTimeOut(error)) throw error;
      return surroundings.fetch(url, init);
    }
  };
  return { ...surroundings, fetch };
}

/** Timers and connections say it by a name or a code, their own or that of what caused them. */
function isTimeOut(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { name, code, cause } = error as { name?: unknown; code?: unknown; cause?: unknown };
  return TIME_OUT.test(`${name} ${code}`) || isTimeOut(cause);
}
