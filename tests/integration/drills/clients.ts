import { openBrowser } from '@/tests/support/http/cookie-jar';
import type { Tokens } from '@/tests/support/http/programs';
import { type Answer, send, type Target } from '@/tests/support/http/requests';
import { COOKIE, type PreparedSession } from '@/tests/support/people';

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

export type Journal = { requests: number; readonly failures: string[] };

const PAGES = ['/dashboard', '/account', '/account/sessions'];

/** A browser that opens pages. It renews by opening one without its access cookie, as if that had run out. */
export function pageClient(site: Site, session: PreparedSession, journal: Journal): DrillClient {
  let jar: Record<string, string> = session.cookies;
  let opened = 0;
  async function open(cookies: Record<string, string>): Promise<void> {
    const path = PAGES[opened++ % PAGES.length] ?? '';
    const answer = await send(site, path, { cookies, headers: asSeenBy(site) });
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
  const call = async (method: string, path: string) =>
    note(journal, `${method} ${path}`, await browser.request(path, { method, headers: asSeenBy(site, method) }), 200);
  return {
    kind: 'browser',
    use: () => call('GET', '/api/me'),
    renew: () => call('POST', '/api/auth/refresh'),
    accessToken: () => browser.jar.get(COOKIE.access) ?? '',
  };
}

/** A program with tokens and no cookies. */
export function programClient(site: Site, first: Tokens, journal: Journal): DrillClient {
  let tokens = first;
  return {
    kind: 'program',
    async use() {
      const headers = { ...asSeenBy(site), authorization: `Bearer ${tokens.access_token}` };
      note(journal, 'GET /api/auth/session by Bearer', await send(site, '/api/auth/session', { headers }), 200);
    },
    async renew() {
      const path = '/api/auth/token/refresh';
      const form = { refresh_token: tokens.refresh_token };
      const answer = await send(site, path, { method: 'POST', form, headers: { ...asSeenBy(site), origin: null } });
      note(journal, `POST ${path}`, answer, 200);
      if (answer.status === 200) tokens = answer.json() as Tokens;
    },
    accessToken: () => tokens.access_token,
  };
}

/** The site of the drill has a port of its own, so that another process can reach it under its name. */
export const asSeenBy = (site: Site, method = 'GET'): Record<string, string> => ({
  host: new URL(site.origin).host,
  ...(method === 'GET' ? {} : { origin: site.origin }),
});

function note(journal: Journal, what: string, { status, headers, text }: Answer, expected: number): void {
  journal.requests += 1;
  if (status === expected) return;
  journal.failures.push(`${what}: ${status} ${headers.location ?? text.slice(0, 120)}`);
}
