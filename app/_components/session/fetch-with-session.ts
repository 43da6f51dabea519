import { loginPath } from '@/lib/core/http/safe-redirect';
import type { SessionFacts } from '@/lib/core/token/session-facts';

/** What the server says of this browser's session. `unknown`: it did not say, and nobody is signed out for that. */
export type Standing = SessionFacts | 'over' | 'unknown';

type Listener = (standing: Exclude<Standing, 'unknown'>) => void;

const ASK_TIMEOUT_MS = 10_000;

let listener: Listener | null = null;
let asking: Promise<Standing> | undefined;
/** On the clock of `performance`, which no setting of the device moves. */
let runsOutAtMs = Number.POSITIVE_INFINITY;

/** Tells `hear` whatever is learnt about the session, until the returned function is called. */
export function listenToSession(hear: Listener): () => void {
  listener = hear;
  return () => {
    if (listener === hear) listener = null;
  };
}

/** Says how long the access token that the browser holds is good, in seconds. */
export function noteRunsOutIn(seconds: number): void {
  runsOutAtMs = performance.now() + seconds * 1_000;
}

/** Asks who is signed in here; an access token that has run out is renewed on the way. Calls at the same moment share one request. */
export function askSession(): Promise<Standing> {
  asking ??= ask()
    .catch(() => 'unknown' as const)
    .finally(() => {
      asking = undefined;
    });
  return asking;
}

async function ask(): Promise<Standing> {
  const signal = AbortSignal.timeout(ASK_TIMEOUT_MS);
  const answer = await fetch('/api/auth/session', { cache: 'no-store', signal });
  if (answer.status === 401) return heard('over');
  if (!answer.ok) return 'unknown';
  const facts: SessionFacts = await answer.json();
  const leftMs = Date.parse(facts.expiresAt) - Date.parse(answer.headers.get('date') ?? '');
  noteRunsOutIn(Number.isFinite(leftMs) ? leftMs / 1_000 : Number.POSITIVE_INFINITY);
  return heard(facts);
}

function heard(standing: Exclude<Standing, 'unknown'>): Standing {
  listener?.(standing);
  return standing;
}

/**
 * `fetch` for our own API. Where the access token has run out, requests of one moment wait for one renewal. Where the session
 * is over, the person is led to the login page, and from there back here; the 401 is returned all the same. Requests to
 * other origins are left alone.
 */
export async function fetchWithSession(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  if (new URL(request.url).origin !== location.origin) return fetch(request);
  const standing = performance.now() < runsOutAtMs ? 'unknown' : await askSession();
  // A 401 says that nothing was done, so that the same may be sent again.
  const again = request.clone();
  const answer = await fetch(request);
  if (answer.status !== 401) return answer;
  const now = standing === 'over' ? standing : await askSession();
  if (now !== 'over') return now === 'unknown' ? answer : fetch(again);
  if (listener === null) location.replace(loginPath(location.pathname + location.search, { isEnded: true }));
  return answer;
}
