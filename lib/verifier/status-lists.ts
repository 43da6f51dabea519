import type { MaybePromise } from '@/lib/core/maybe-promise';
import { type Moment, momentOf, msSince, NEVER } from '@/lib/core/moment';
import type { SessionStatus } from '@/lib/core/session-status';
import { listOfUri } from '@/lib/core/status-list/status-index';
import {
  MAX_STATUS_LIST_BYTES,
  STATUS_LIST_MEDIA_TYPE,
  type StatusList,
  statusAt,
  verifyStatusList,
} from '@/lib/core/status-list/status-list';
import { boundedText, dropBody } from './bounded-body';
import { BadAnswer } from './deadline';
import type { RemoteJwkSet } from './remote-jwk-set';
import { type SingleFlight, singleFlight } from './single-flight';
import { type Surroundings, tell } from './surroundings';

export type StatusAnswer = SessionStatus | 'unavailable';

export type StatusLists = {
  /** What the list at `uri` says of place `index`; `uri` must come from a token whose signature was verified. */
  check(uri: string, index: number): MaybePromise<StatusAnswer>;
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
/** Of the fetch, the body and the verification together. */
const TIMEOUT_MS = 1_000;
/** After a failed fetch no request waits again for so long: an outage must not cost each request a second. */
const RETRY_MS = 500;
const MAX_LISTS = 256;

/** A list and the name that the issuer gave to its text. */
type Copy = { readonly list: StatusList; readonly etag: string | null };
type Entry = { copy?: Copy; confirmedAt: Moment; failedAt: Moment; readonly renew: SingleFlight };
/** A copy, and when it was asked for: it is as old as that. */
type Renewed = { readonly copy: Copy; readonly startedAt: Moment };

/**
 * Status lists of one issuer, kept in memory. Freshness decides whether a request waits, not a timer: timers do not run
 * in a frozen instance. A fetch that is lost is given up after a second, by its timer or by the next request. A copy is
 * never replaced by an older one, and serves no longer than its own `exp`.
 *
 * How often to look is the relying party's decision (Token Status List §13.7), within bounds of its own (§11.5): here
 * every two seconds, the `ttl` of our issuer, whatever a list says.
 */
export function statusLists(options: StatusListOptions, keySet: RemoteJwkSet, surroundings: Surroundings): StatusLists {
  const { now } = surroundings;
  const entries = new Map<number, Entry>();
  const urlOf = (list: number) => `${options.fetchOrigin}/status-lists/${list}`;

  function entryOf(list: number, uri: string): Entry {
    const known = entries.get(list);
    if (known !== undefined) return known;
    const entry: Entry = {
      confirmedAt: NEVER,
      failedAt: NEVER,
      renew: singleFlight<Renewed>({
        timeoutMs: TIMEOUT_MS,
        monotonicMs: surroundings.monotonicMs,
        work: async (signal) => ({
          startedAt: momentOf(surroundings),
          copy: await fetchList(urlOf(list), uri, entry.copy, signal),
        }),
        land(outcome) {
          if (!outcome.ok) {
            entry.failedAt = momentOf(surroundings);
            return tell(surroundings, { url: urlOf(list), cause: outcome.code });
          }
          const { copy, startedAt } = outcome.value;
          // The issuer signs lists with its current key: another one means a rotation, or that a key was revoked.
          if (entry.copy !== undefined && entry.copy.list.kid !== copy.list.kid) keySet.suspectChange();
          entry.copy = copy;
          entry.confirmedAt = startedAt;
        },
      }),
    };
    if (entries.size >= MAX_LISTS) entries.delete(entries.keys().next().value ?? list);
    entries.set(list, entry);
    return entry;
  }

  /**
   * The list as the issuer publishes it now; rejects when it cannot be had. 304 confirms the copy that is held (RFC 9110
   * §15.4.5): an attacker who could forge it could as well send the same signed list again, which ends at its `exp` too.
   */
  async function fetchList(url: string, uri: string, held: Copy | undefined, signal: AbortSignal): Promise<Copy> {
    const etag = held?.etag ?? null;
    const response = await surroundings.fetch(url, {
      headers: { accept: STATUS_LIST_MEDIA_TYPE, ...(etag === null ? {} : { 'if-none-match': etag }) },
      redirect: 'manual',
      cache: 'no-store',
      signal,
    });
    if (response.status === 304 && etag !== null && held !== undefined) return held;
    if (response.status !== 200) {
      dropBody(response);
      throw new BadAnswer(`status ${response.status}`);
    }
    const token = await boundedText(response, MAX_STATUS_LIST_BYTES, signal);
    return { list: await verify(token, uri, held?.list.iat ?? 0), etag: response.headers.get('etag') };
  }

  async function verify(token: string, uri: string, heldIat: number): Promise<StatusList> {
    const verified = await verifyStatusList(token, uri, await keySet.current(), now(), heldIat);
    if (verified.ok) return verified.value;
    const keys = verified.code === 'unknown_key' ? await keySet.refetched('issuer') : null;
    if (keys === null) throw new BadAnswer(verified.code);
    const again = await verifyStatusList(token, uri, keys, now(), heldIat);
    if (!again.ok) throw new BadAnswer(again.code);
    return again.value;
  }

  /** What the copy says, if it may still speak. */
  function answerOf({ copy, confirmedAt }: Entry, index: number): StatusAnswer {
    const isTooOld = msSince(confirmedAt, surroundings) > options.maxStaleSeconds * 1_000;
    if (copy === undefined || isTooOld || copy.list.exp <= now()) return 'unavailable';
    return statusAt(copy.list, index);
  }

  return {
    check(uri, index) {
      const list = listOfUri(options.issuer, uri);
      if (list === null) return 'unavailable';
      const entry = entryOf(list, uri);
      const ageMs = msSince(entry.confirmedAt, surroundings);
      if (ageMs >= FRESH_MS && (entry.renew.isRunning() || msSince(entry.failedAt, surroundings) >= RETRY_MS)) {
        const renewed = entry.renew();
        if (ageMs >= WAIT_MS) return renewed.then(() => answerOf(entry, index));
      }
      return answerOf(entry, index);
    },
  };
}
