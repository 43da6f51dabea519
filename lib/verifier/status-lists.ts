import { type Moment, momentOf, msSince, NEVER } from '@/lib/core/moment';
import { listOfUri } from '@/lib/core/token/status-index';
import { isRevoked, STATUS_LIST_MEDIA_TYPE, type StatusList, verifyStatusList } from '@/lib/core/token/status-list';
import type { KeySetSource } from './key-set';
import { type Once, once } from './once';
import type { Surroundings } from './surroundings';

export type StatusAnswer = 'valid' | 'revoked' | 'unavailable';

export type StatusLists = {
  /** Whether bit `index` of the list at `uri` is set; `uri` must come from a token whose signature was verified. */
  check(uri: string, index: number): Promise<StatusAnswer>;
};

export type StatusListOptions = {
  readonly issuer: string;
  /** Where the issuer is reached from here: its public origin, or an internal one. */
  readonly fetchOrigin: string;
  /** Copies serve so long when the issuer does not answer. */
  readonly maxStaleSeconds: number;
};

/** A copy confirmed less than this ago is used as it is. */
const FRESH_MS = 2_000;
/** Up to this age it is used while one fetch renews it; beyond, the request waits for that fetch. */
const WAIT_MS = 3_000;
const TIMEOUT_MS = 1_000;
/** After a failed fetch nobody waits again for so long: an outage must not cost each request a second. */
const RETRY_MS = 500;
const MAX_LISTS = 256;

type Entry = { copy?: StatusList; confirmedAt: Moment; failedAt: Moment; readonly renew: Once<void> };

/**
 * Status lists of one issuer, kept in memory. Freshness decides whether a request waits, not a timer: timers do not run
 * in a frozen instance. A copy is never replaced by an older one, and serves no longer than its own `exp`.
 */
export function statusLists(options: StatusListOptions, keySet: KeySetSource, surroundings: Surroundings): StatusLists {
  const { now } = surroundings;
  const entries = new Map<number, Entry>();

  function entryOf(list: number, uri: string): Entry {
    const known = entries.get(list);
    if (known !== undefined) return known;
    const entry: Entry = {
      confirmedAt: NEVER,
      failedAt: NEVER,
      renew: once(async () => {
        const startedAt = momentOf(surroundings);
        const fetched = await fetchList(list, uri, entry.copy?.iat ?? 0);
        if (fetched === null) {
          entry.failedAt = momentOf(surroundings);
          return;
        }
        entry.copy = fetched;
        entry.confirmedAt = startedAt;
      }),
    };
    if (entries.size >= MAX_LISTS) entries.delete(entries.keys().next().value ?? list);
    entries.set(list, entry);
    return entry;
  }

  async function fetchList(list: number, uri: string, heldIat: number): Promise<StatusList | null> {
    try {
      const response = await surroundings.fetch(`${options.fetchOrigin}/status-lists/${list}`, {
        headers: { accept: STATUS_LIST_MEDIA_TYPE },
        redirect: 'manual',
        cache: 'no-store',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (response.status !== 200) return null;
      const token = await response.text();
      const verified = await verifyStatusList(token, uri, await keySet.current(), now(), heldIat);
      if (verified.ok) return verified.value;
      if (verified.code !== 'unknown_key') return null;
      const again = await verifyStatusList(token, uri, await keySet.refetched(), now(), heldIat);
      return again.ok ? again.value : null;
    } catch {
      return null;
    }
  }

  return {
    async check(uri, index) {
      const list = listOfUri(options.issuer, uri);
      if (list === null) return 'unavailable';
      const entry = entryOf(list, uri);
      const ageMs = msSince(entry.confirmedAt, surroundings);
      if (ageMs >= FRESH_MS && (entry.renew.isRunning() || msSince(entry.failedAt, surroundings) >= RETRY_MS)) {
        const renewed = entry.renew();
        if (ageMs >= WAIT_MS) await renewed;
      }
      const { copy } = entry;
      const isTooOld = msSince(entry.confirmedAt, surroundings) > options.maxStaleSeconds * 1_000;
      if (copy === undefined || isTooOld || copy.exp <= now()) return 'unavailable';
      return isRevoked(copy, index) ? 'revoked' : 'valid';
    },
  };
}
