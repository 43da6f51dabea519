import type { Result } from '@/lib/core/failures';
import { parseSetCookie } from '@/lib/core/http/cookies';
import { isRecord } from '@/lib/core/json';
import { looksLikeRefreshToken } from '@/lib/core/token/refresh-token';
import { boundedText, dropBody } from './bounded-body';
import { type Attempt, attempt, BadAnswer } from './deadline';
import { fairPlaces, type Place } from './fair-places';
import { type Surroundings, tell } from './surroundings';

export type RefreshOutcome =
  /** New cookies: as raw `Set-Cookie` lines for the browser, and by name for the request that goes on. */
  | {
      readonly kind: 'refreshed';
      readonly setCookieLines: readonly string[];
      readonly cookies: ReadonlyMap<string, string>;
    }
  /** The session is over. */
  | { readonly kind: 'refused' }
  /** The fault is ours: nothing was learnt about the session, and its cookies must stay. */
  | { readonly kind: 'unavailable' };

export type RefreshRequest = {
  readonly refreshToken: string;
  /** Passed on, so that the session list shows the visitor's device and not this server. */
  readonly userAgent: string | null;
  readonly forwardedFor: string | null;
  /** The network that it comes from, where sessions are bound to networks: answers are shared within one only. */
  readonly network: string | null;
  /** The networks whose share of the calls it takes, from the narrowest to the widest; none where no network is known. */
  readonly sharers?: readonly string[];
};

export type TransparentRefresh = (request: RefreshRequest) => Promise<RefreshOutcome>;

export type TransparentRefreshOptions = {
  /** Where this server reaches itself. Never taken from a request: a `Host` header would choose who gets the token. */
  readonly internalOrigin: string;
  readonly appOrigin: string;
  readonly refreshCookieName: string;
};

/** Of the call and its body together. */
const TIMEOUT_MS = 3_000;
const MAX_IN_FLIGHT = 256;
const REFUSED_MS = 30_000;
const MAX_REFUSED = 1_000;
/** Problem documents of ours, and what the endpoint says besides its cookies. */
const MAX_BODY_BYTES = 4 * 1024;

type Outcome = Result<RefreshOutcome, string>;
type Flight = { readonly attempt: Attempt<RefreshOutcome>; readonly place: Place; readonly outcome: Promise<Outcome> };

/**
 * Exchanges a refresh cookie for new cookies by calling the issuer's own endpoint. One call a token at a time, whose
 * outcome all requests of that moment share; a token refused a moment ago is refused from memory. Both count for the
 * network that asked: a copy that is refused elsewhere must not refuse the owner at home. On Node this would be
 * a function call: it is the one place that knows otherwise.
 *
 * 256 calls are in flight at most, each for three seconds at most, and networks share them fairly (`fairPlaces`), so that
 * made-up tokens of one cannot keep the others from refreshing. Where no network is known, because no proxy is trusted,
 * anybody can use all of them up while his flood lasts: others are then told to come back, and keep their cookies.
 */
export function transparentRefresh(
  options: TransparentRefreshOptions,
  surroundings: Omit<Surroundings, 'now'>,
): TransparentRefresh {
  const url = `${options.internalOrigin}/api/auth/refresh`;
  const places = fairPlaces(MAX_IN_FLIGHT);
  const inFlight = new Map<string, Flight>();
  const refusedAtMs = new Map<string, number>();

  function isKnownRefused(asked: string): boolean {
    const atMs = refusedAtMs.get(asked);
    return atMs !== undefined && surroundings.monotonicMs() - atMs < REFUSED_MS;
  }

  function rememberRefused(asked: string): void {
    refusedAtMs.delete(asked);
    if (refusedAtMs.size >= MAX_REFUSED) refusedAtMs.delete(refusedAtMs.keys().next().value ?? asked);
    refusedAtMs.set(asked, surroundings.monotonicMs());
  }

  /** Calls that timers did not end: those that began first stand first. */
  function dropOverdue(): void {
    for (const [asked, flight] of inFlight) {
      if (!flight.attempt.isOverdue()) return;
      flight.attempt.giveUp();
      remove(asked, flight);
    }
  }

  function remove(asked: string, flight: Flight): void {
    flight.place.leave();
    if (inFlight.get(asked) === flight) inFlight.delete(asked);
  }

  async function call({ refreshToken, userAgent, forwardedFor }: RefreshRequest, signal: AbortSignal) {
    const headers = new Headers();
    headers.set('cookie', `${options.refreshCookieName}=${refreshToken}`);
    headers.set('origin', options.appOrigin);
    if (userAgent !== null) headers.set('user-agent', userAgent);
    if (forwardedFor !== null) headers.set('x-forwarded-for', forwardedFor);
    const init = { method: 'POST', headers, redirect: 'manual', cache: 'no-store', signal } as const;
    return readOutcome(await surroundings.fetch(url, init), signal);
  }

  function begin(asked: string, request: RefreshRequest, place: Place): Flight {
    const attempted = attempt(TIMEOUT_MS, surroundings.monotonicMs, (signal) => call(request, signal));
    const outcome = attempted.outcome.finally(() => remove(asked, flight));
    const flight: Flight = { attempt: attempted, place, outcome };
    inFlight.set(asked, flight);
    return flight;
  }

  function unavailable(cause: string): RefreshOutcome {
    tell(surroundings, { url, cause });
    return { kind: 'unavailable' };
  }

  return async (request) => {
    const { refreshToken, network, sharers = [] } = request;
    const asked = network === null ? refreshToken : `${refreshToken} ${network}`;
    if (!looksLikeRefreshToken(refreshToken) || isKnownRefused(asked)) return { kind: 'refused' };
    dropOverdue();
    const running = inFlight.get(asked);
    if (running !== undefined) return outcomeOf(await running.outcome);
    const place = places.take(sharers);
    if (place === null) return unavailable('too_many_in_flight');
    const outcome = await begin(asked, request, place).outcome;
    if (!outcome.ok) return unavailable(outcome.code);
    if (outcome.value.kind === 'refused') rememberRefused(asked);
    return outcome.value;
  };
}

const outcomeOf = (outcome: Outcome): RefreshOutcome => (outcome.ok ? outcome.value : { kind: 'unavailable' });

/** Only the endpoint's own refusal counts as one: a 401 of some proxy in between says nothing about the session. */
async function readOutcome(response: Response, signal: AbortSignal): Promise<RefreshOutcome> {
  if (response.status === 401) {
    const body: unknown = JSON.parse(await boundedText(response, MAX_BODY_BYTES, signal));
    if (isRecord(body) && body['code'] === 'session_ended') return { kind: 'refused' };
  }
  if (response.status !== 200) {
    dropBody(response);
    throw new BadAnswer(`status ${response.status}`);
  }
  // To its end, whatever it says: a body that is dropped takes its connection with it, and for the server behind, Next.js
  // among others, the request would never be over.
  await boundedText(response, MAX_BODY_BYTES, signal).catch(() => undefined);
  const setCookieLines = response.headers.getSetCookie();
  const pairs = setCookieLines.map(parseSetCookie).filter((pair) => pair !== null);
  return { kind: 'refreshed', setCookieLines, cookies: new Map(pairs.map(({ name, value }) => [name, value])) };
}
