import { importJwkSet, type VerifyingKeys } from '@/lib/core/keys/jwk-set';
import type { MaybePromise } from '@/lib/core/maybe-promise';
import { type Moment, momentOf, msSince, NEVER } from '@/lib/core/moment';
import { KEY_SET_MAX_AGE_SECONDS } from '../core/policy';
import { boundedText, dropBody } from './bounded-body';
import { BadAnswer } from './deadline';
import { singleFlight } from './single-flight';
import { type Surroundings, tell } from './surroundings';

export type RemoteJwkSet = {
  /** The keys to verify with; empty when none could ever be fetched. */
  current(): MaybePromise<VerifyingKeys>;
  /**
   * The keys after a look for news, because a key is named that we do not know: by a token, which strangers can write, at
   * most one fetch a cool-down; by the issuer's own list, at most one a second. Null when the last look failed: then it
   * is not known whether that key exists.
   */
  refetched(namedBy: 'token' | 'issuer'): Promise<VerifyingKeys | null>;
  /** Something says that the keys changed: the next caller of `current` has them renewed in the background. */
  suspectChange(): void;
};

/** A set younger than this is used as it is. */
const FRESH_MS = 30_000;
/**
 * Up to this age it is used while one fetch renews it; beyond, requests wait for that fetch. It is what the issuer
 * allows a cache, so that a key revoked in an emergency is refused within the published time.
 */
const WAIT_MS = KEY_SET_MAX_AGE_SECONDS * 1_000;
/** After a fetch, whatever came of it, none follows for so long. */
const RETRY_MS = 1_000;
/** An unknown `kid` costs an attacker nothing, so it may cost us one fetch in this time. */
const COOL_DOWN_MS = 10_000;
/** After a failure the known keys serve without waiting for so long: an outage must not cost each request a timeout. */
const OUTAGE_MS = 10_000;
/** Of the fetch, the body and the import together. */
const TIMEOUT_MS = 2_000;
/** As many keys as are read at all, of RSA's largest usual size, are a third of it. */
const MAX_KEY_SET_BYTES = 64 * 1024;
const NO_KEYS: VerifyingKeys = new Map();

type Fetched = { readonly keys: VerifyingKeys; readonly ageSeconds: number };

/**
 * The issuer's key set (RFC 7517 §5) at `url`, kept in memory. When the issuer does not answer, the keys already known
 * stay: that it is out of reach says nothing about them. A fetch that is lost is given up after two seconds, by its timer
 * or by the next request, and the issuer is asked again.
 */
export function remoteJwkSet(url: string, surroundings: Surroundings): RemoteJwkSet {
  let keys: VerifyingKeys | undefined;
  let confirmedAt = NEVER;
  let triedAt = NEVER;
  /** When an unknown `kid` last caused a fetch. Routine ones are not counted: they would hide a key made since. */
  let askedAt = NEVER;
  let isChangeSuspected = false;
  /** When the last look failed; null when it did not. */
  let failedAt: Moment | null = null;

  const renew = singleFlight<Fetched>({
    timeoutMs: TIMEOUT_MS,
    monotonicMs: surroundings.monotonicMs,
    work(signal) {
      triedAt = momentOf(surroundings);
      isChangeSuspected = false;
      return fetchKeySet(url, surroundings.fetch, signal);
    },
    land(outcome) {
      failedAt = outcome.ok ? null : momentOf(surroundings);
      if (!outcome.ok) return tell(surroundings, { url, cause: outcome.code });
      keys = outcome.value.keys;
      confirmedAt = earlier(triedAt, outcome.value.ageSeconds);
    },
  });
  /** True when one may be waited for: it is under way, or `since` is long enough ago. */
  const mayTry = (since: Moment, pauseMs: number) => renew.isRunning() || msSince(since, surroundings) >= pauseMs;
  /** Whoever waited for that look in vain need not wait for another. */
  const hasJustFailed = () => failedAt !== null && !renew.isRunning() && msSince(failedAt, surroundings) < RETRY_MS;
  const isOutage = () => keys !== undefined && failedAt !== null && msSince(failedAt, surroundings) < OUTAGE_MS;

  return {
    current() {
      const ageMs = msSince(confirmedAt, surroundings);
      if ((ageMs >= FRESH_MS || isChangeSuspected) && mayTry(triedAt, RETRY_MS)) {
        const mustWait = ageMs >= WAIT_MS && !isOutage();
        const renewed = renew();
        if (mustWait) return renewed.then(() => keys ?? NO_KEYS);
      }
      return keys ?? NO_KEYS;
    },
    async refetched(namedBy) {
      if (namedBy === 'issuer') {
        if (mayTry(triedAt, RETRY_MS)) await renew();
      } else if (!hasJustFailed() && mayTry(askedAt, COOL_DOWN_MS)) {
        if (!renew.isRunning()) askedAt = momentOf(surroundings);
        await renew();
      }
      return failedAt === null ? (keys ?? NO_KEYS) : null;
    },
    suspectChange() {
      isChangeSuspected = true;
    },
  };
}

const earlier = ({ monotonicMs, wallSeconds }: Moment, seconds: number): Moment => ({
  monotonicMs: monotonicMs - seconds * 1_000,
  wallSeconds: wallSeconds - seconds,
});

/** Rejects when there is no answer, or none that is a key set. */
async function fetchKeySet(url: string, fetch: Surroundings['fetch'], signal: AbortSignal): Promise<Fetched> {
  const response = await fetch(url, { redirect: 'manual', cache: 'no-store', signal });
  if (response.status !== 200) {
    dropBody(response);
    throw new BadAnswer(`status ${response.status}`);
  }
  const keys = await importJwkSet(JSON.parse(await boundedText(response, MAX_KEY_SET_BYTES, signal)));
  if (keys === null) throw new BadAnswer('no_key_set');
  return { keys, ageSeconds: ageOf(response.headers.get('age')) };
}

/**
 * How long a copy has lain in a cache on the way (RFC 9111 §5.1). A cache may keep it for its max-age; what claims to be
 * older counts as that old, and makes requests ask again, once a second.
 */
function ageOf(header: string | null): number {
  return header !== null && /^\d{1,10}$/.test(header) ? Math.min(Number(header), KEY_SET_MAX_AGE_SECONDS) : 0;
}
