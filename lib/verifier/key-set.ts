import { importKeySet, type VerifyingKeys } from '@/lib/core/keys/key-set';
import { momentOf, msSince, NEVER } from '@/lib/core/moment';
import { once } from './once';
import type { Surroundings } from './surroundings';

export type KeySetSource = {
  /** The keys to verify with; empty when none could ever be fetched. */
  current(): Promise<VerifyingKeys>;
  /** The keys after a look for news, because a token names a key that we do not know. At most one fetch a cool-down. */
  refetched(): Promise<VerifyingKeys>;
};

const FRESH_MS = 60_000;
/** From this age on, callers wait for the news: a key may have been withdrawn long ago. */
const WAIT_MS = 2 * FRESH_MS;
/** After a fetch, whatever came of it, none follows for so long. */
const RETRY_MS = 1_000;
/** An unknown `kid` costs an attacker nothing, so it may cost us one fetch in this time. */
const COOL_DOWN_MS = 10_000;
const TIMEOUT_MS = 2_000;
const NO_KEYS: VerifyingKeys = new Map();

/**
 * The issuer's key set (RFC 7517 §5) at `url`, kept in memory: fresh for 60 s, then served for as long again while one
 * fetch in the background renews it. When the issuer does not answer, the keys already known stay.
 */
export function keySetSource(url: string, surroundings: Surroundings): KeySetSource {
  let keys: VerifyingKeys | undefined;
  let confirmedAt = NEVER;
  let triedAt = NEVER;

  const renew = once(async () => {
    triedAt = momentOf(surroundings);
    const fetched = await fetchKeySet(url, surroundings.fetch);
    if (fetched === null) return;
    keys = fetched;
    confirmedAt = triedAt;
  });
  /** True when one may be waited for: it is under way, or the last one is long enough ago. */
  const mayTry = (pauseMs: number) => renew.isRunning() || msSince(triedAt, surroundings) >= pauseMs;

  return {
    async current() {
      const ageMs = msSince(confirmedAt, surroundings);
      if (ageMs >= FRESH_MS && mayTry(RETRY_MS)) {
        const renewed = renew();
        if (ageMs >= WAIT_MS) await renewed;
      }
      return keys ?? NO_KEYS;
    },
    async refetched() {
      if (mayTry(COOL_DOWN_MS)) await renew();
      return keys ?? NO_KEYS;
    },
  };
}

/** Null when there is no answer, or none that is a key set. */
async function fetchKeySet(url: string, fetch: Surroundings['fetch']): Promise<VerifyingKeys | null> {
  try {
    const response = await fetch(url, {
      redirect: 'manual',
      cache: 'no-store',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return response.status === 200 ? await importKeySet(await response.json()) : null;
  } catch {
    return null;
  }
}
