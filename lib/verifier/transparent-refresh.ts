import { parseSetCookie } from '@/lib/core/http/cookies';
import { looksLikeRefreshToken } from '@/lib/core/token/refresh-token';
import type { Surroundings } from './surroundings';

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
};

export type TransparentRefresh = (request: RefreshRequest) => Promise<RefreshOutcome>;

export type TransparentRefreshOptions = {
  /** Where this server reaches itself. Never taken from a request: a `Host` header would choose who gets the token. */
  readonly internalOrigin: string;
  readonly appOrigin: string;
  readonly refreshCookieName: string;
};

const TIMEOUT_MS = 3_000;
const MAX_IN_FLIGHT = 256;
const REFUSED_MS = 30_000;
const MAX_REFUSED = 1_000;

/**
 * Exchanges a refresh cookie for new cookies by calling the issuer's own endpoint. One call a token at a time, whose
 * outcome all requests of that moment share; a token refused a moment ago is refused from memory. Both count for the
 * network that asked: a copy that is refused elsewhere must not refuse the owner at home. On Node this would be
 * a function call: it is the one place that knows otherwise.
 */
export function transparentRefresh(
  options: TransparentRefreshOptions,
  surroundings: Omit<Surroundings, 'now'>,
): TransparentRefresh {
  const inFlight = new Map<string, Promise<RefreshOutcome>>();
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

  async function call({ refreshToken, userAgent, forwardedFor }: RefreshRequest): Promise<RefreshOutcome> {
    const headers = new Headers();
    headers.set('cookie', `${options.refreshCookieName}=${refreshToken}`);
    headers.set('origin', options.appOrigin);
    if (userAgent !== null) headers.set('user-agent', userAgent);
    if (forwardedFor !== null) headers.set('x-forwarded-for', forwardedFor);
    try {
      const response = await surroundings.fetch(`${options.internalOrigin}/api/auth/refresh`, {
        method: 'POST',
        headers,
        redirect: 'manual',
        cache: 'no-store',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return await readOutcome(response);
    } catch {
      return { kind: 'unavailable' };
    }
  }

  return async (request) => {
    const { refreshToken, network } = request;
    const asked = network === null ? refreshToken : `${refreshToken} ${network}`;
    if (!looksLikeRefreshToken(refreshToken) || isKnownRefused(asked)) return { kind: 'refused' };
    const running = inFlight.get(asked);
    if (running !== undefined) return running;
    if (inFlight.size >= MAX_IN_FLIGHT) return { kind: 'unavailable' };
    const started = call(request).finally(() => inFlight.delete(asked));
    inFlight.set(asked, started);
    const outcome = await started;
    if (outcome.kind === 'refused') rememberRefused(asked);
    return outcome;
  };
}

/** Only the endpoint's own refusal counts as one: a 401 of some proxy in between says nothing about the session. */
async function readOutcome(response: Response): Promise<RefreshOutcome> {
  if (response.status === 200) {
    const setCookieLines = response.headers.getSetCookie();
    const pairs = setCookieLines.map(parseSetCookie).filter((pair) => pair !== null);
    await response.body?.cancel();
    return { kind: 'refreshed', setCookieLines, cookies: new Map(pairs.map(({ name, value }) => [name, value])) };
  }
  if (response.status !== 401) return { kind: 'unavailable' };
  const body: unknown = await response.json();
  const isOurs = typeof body === 'object' && body !== null && 'code' in body && body.code === 'session_ended';
  return { kind: isOurs ? 'refused' : 'unavailable' };
}
