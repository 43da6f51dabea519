import { setTimeout as pause } from 'node:timers/promises';
import { toApiRefreshToken } from '@/lib/core/token/refresh-token';
import { startSession } from '@/lib/server/sessions/start';
import { openBrowser } from '@/tests/support/http/cookie-jar';
import type { Tokens } from '@/tests/support/http/programs';
import { type Answer, send, type Target } from '@/tests/support/http/requests';
import { COOKIE, createPerson, type Person, type PreparedSession } from '@/tests/support/people';

/** Who asks, and where. */
export type Site = Target & { readonly origin: string };

/** One client of the drill. Each request that is not answered as it should be is a sentence in `failures`. */
export type DrillClient = {
  readonly kind: 'pages' | 'browser' | 'program';
  /** Uses what it holds. */
  use(): Promise<void>;
  /** Renews what it holds, in the way of its kind. */
  renew(): Promise<void>;
  accessToken(): string;
};

export type Journal = {
  requests: number;
  /** How often one was told to come back, and did: 503 with `Retry-After`, which a busy machine brings about. */
  comebacks: number;
  readonly failures: string[];
};

/** Less than the grace window of a drill: whose answer was lost is told once more what it said. */
const PATIENCE_MS = 8_000;
const PAGES = ['/dashboard', '/account', '/account/sessions'];

/** A browser that opens pages. It renews by opening one without its access cookie, as if that had run out. */
export function pageClient(site: Site, session: PreparedSession, journal: Journal): DrillClient {
  let jar: Record<string, string> = session.cookies;
  let opened = 0;
  async function open(cookies: Record<string, string>): Promise<void> {
    const path = PAGES[opened++ % PAGES.length] ?? '';
    const answer = await answered(journal, () => send(site, path, { cookies, headers: asSeenBy(site) }));
    note(journal, `GET ${path}`, answer, 200);
    jar = { ...jar, ...answer.cookies };
  }
  return {
    kind: 'pages',
    use: () => open(jar),
    renew: () => open({ [COOKIE.refresh]: jar[COOKIE.refresh] ?? '' }),
    accessToken: () => jar[COOKIE.access] ?? '',
  };
}

/** A browser whose script calls the API and renews its cookies by itself. */
export function browserClient(site: Site, session: PreparedSession, journal: Journal): DrillClient {
  const browser = openBrowser(site, session.cookies);
  async function call(method: string, path: string): Promise<void> {
    const ask = () => browser.request(path, { method, headers: asSeenBy(site, method) });
    note(journal, `${method} ${path}`, await answered(journal, ask), 200);
  }
  return {
    kind: 'browser',
    use: () => call('GET', '/api/me'),
    renew: () => call('POST', '/api/auth/refresh'),
    accessToken: () => browser.jar.get(COOKIE.access) ?? '',
  };
}

/** A program with tokens and no cookies. Told that the claims of one are stale, it refreshes and asks once more. */
export function programClient(site: Site, first: Tokens, journal: Journal): DrillClient {
  let tokens = first;
  const ask = () =>
    answered(journal, () =>
      send(site, '/api/auth/session', {
        headers: { ...asSeenBy(site), authorization: `Bearer ${tokens.access_token}` },
      }),
    );
  async function renew(): Promise<void> {
    const path = '/api/auth/token/refresh';
    const form = { refresh_token: tokens.refresh_token };
    const options = { method: 'POST', form, headers: { ...asSeenBy(site), origin: null } };
    const answer = await answered(journal, () => send(site, path, options));
    note(journal, `POST ${path}`, answer, 200);
    if (answer.status === 200) tokens = answer.json() as Tokens;
  }
  return {
    kind: 'program',
    async use() {
      let answer = await ask();
      if (answer.headers['www-authenticate']?.includes('stale: refresh it')) {
        await renew();
        answer = await ask();
      }
      note(journal, 'GET /api/auth/session by Bearer', answer, 200);
    },
    renew,
    accessToken: () => tokens.access_token,
  };
}

/** Begins the session of a program by the product's own function, in this process. */
export async function programSession(person?: Person): Promise<Tokens> {
  const { id: userId } = person ?? (await createPerson());
  const facts = { userAgent: null, device: null, ip: null };
  const start = { userId, kind: 'api', remember: true, amr: ['pwd'], facts, broughtRefreshToken: null } as const;
  const begun = await startSession(start);
  if (begun === null) throw new Error('The person is gone');
  const refresh_token = toApiRefreshToken(begun.refreshToken);
  return { access_token: begun.accessToken, token_type: 'Bearer', expires_in: 120, refresh_token };
}

/** The site of the drill has a port of its own, so that another process can reach it under its name. */
export const asSeenBy = (site: Site, method = 'GET'): Record<string, string> => ({
  host: new URL(site.origin).host,
  ...(method === 'GET' ? {} : { origin: site.origin }),
});

/** What is answered in the end: whoever is told to come back does, as long as a person would. */
async function answered(journal: Journal, ask: () => Promise<Answer>): Promise<Answer> {
  const giveUpMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    const seconds = Number(answer.headers['retry-after']);
    if (answer.status !== 503 || !(seconds > 0) || performance.now() > giveUpMs) return answer;
    journal.comebacks += 1;
    await pause(seconds * 1_000);
  }
}

function note(journal: Journal, what: string, { status, headers, text }: Answer, expected: number): void {
  journal.requests += 1;
  if (status === expected) return;
  journal.failures.push(`${what}: ${status} ${headers.location ?? text.slice(0, 120)}`);
}
