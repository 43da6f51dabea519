import { importKeySet, type VerifyingKeys } from '@/lib/core/keys/key-set';
import { once } from './once';
import type { Surroundings } from './surroundings';

export type KeySetSource = {
  /** The keys to verify with; empty when none could ever be fetched. */
  current(): Promise<VerifyingKeys>;
  /** The keys after a look for news, because a token names a key that we do not know. At most one fetch a cool-down. */
  refetched(): Promise<VerifyingKeys>;
};

const FRESH_MS = 60_000;
/** An unknown `kid` costs an attacker nothing, so it may cost us one fetch in this time. */
const COOL_DOWN_MS = 10_000;
const TIMEOUT_MS = 2_000;
const NO_KEYS: VerifyingKeys = new Map();

/**
 * The issuer's key set (RFC 7517 §5) at `url`, kept in memory: fresh for 60 s, then served while one fetch in the
 * background renews it. When the issuer does not answer, the keys already known stay.
 */
export function keySetSource(url: string, surroundings: Surroundings): KeySetSource {
  const { fetch, monotonicMs } = surroundings;
  let keys: VerifyingKeys | undefined;
  let confirmedAtMs = Number.NEGATIVE_INFINITY;
  let triedAtMs = Number.NEGATIVE_INFINITY;

  const renew = once(async () => {
    triedAtMs = monotonicMs();
    const fetched = await fetchKeySet(url, fetch);
    if (fetched === null) return;
    keys = fetched;
    confirmedAtMs = monotonicMs();
  });

  return {
    async current() {
      const ageMs = monotonicMs() - confirmedAtMs;
      if (keys === undefined) await renew();
      else if (ageMs >= FRESH_MS && monotonicMs() - triedAtMs >= 1_000) void renew();
      return keys ?? NO_KEYS;
    },
    async refetched() {
      if (renew.isRunning() || monotonicMs() - triedAtMs >= COOL_DOWN_MS) await renew();
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
