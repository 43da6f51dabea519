import { Agent } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { parseSetCookie } from '@/lib/core/http/cookies';
import { openRefreshToken } from '@/lib/server/sessions/tokens';
import { type Answer, type Asking, sendFrom } from '@/tests/support/http/own-address';
import { COOKIE } from '@/tests/support/people';
import type { Account } from './account';
import type { Entry, Handed, Journal, What } from './journal';

/** Where the clients of a run are at home. */
export type Site = {
  readonly port: number;
  readonly origin: string;
  /** Begins the name of each request. */
  readonly run: string;
  readonly journal: Journal;
  /** Asks the database itself, past the app, which of these sessions are live, and waits until it answers. */
  liveAmong(sessions: readonly string[]): Promise<ReadonlySet<string>>;
};

type Request = Asking & {
  readonly path: string;
  /** True: without cookies. */
  readonly isBare?: boolean;
  readonly password?: number;
  readonly target?: string;
};

export type Asked = { readonly entry: Entry; readonly answer: Answer };

/** A browser at an address of its own. */
export type Client = {
  readonly number: number;
  readonly account: Account;
  /** Numbers in [0, 1) that the seed of the run decides. */
  readonly random: () => number;
  /** The refresh token in its jar. */
  held(): Handed | null;
  /** All it was ever handed. */
  readonly kept: readonly Handed[];
  /** Forgets its access token, as if that had run out. */
  expire(): void;
  /** Sends a request, keeps what it is handed, and repeats it until it is answered. Every try is an entry of its own. */
  ask(what: What, request: Request): Promise<Asked>;
  close(): void;
};

/** Answers after which a browser, or the person before it, tries again. */
const UNANSWERED: readonly number[] = [0, 502, 503, 504];
const AGAIN_AFTER_MS = { least: 250, spread: 350 } as const;
/** An outage of a whole minute is no part of any run: who is not answered by then is not answered. */
const GIVES_UP_AFTER_MS = 60_000;

/** Opens a browser, with the cookies that it has already. */
export async function openClient(
  site: Site,
  about: Pick<Client, 'number' | 'account' | 'random'>,
  cookies: Readonly<Record<string, string>> = {},
): Promise<Client> {
  const { number, account, random } = about;
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const jar = new Map<string, string>();
  const kept: Handed[] = [];
  let count = 0;

  async function keep(pairs: Iterable<readonly [name: string, value: string]>): Promise<Handed | null> {
    const given = new Map(pairs);
    const text = given.get(COOKIE.refresh) ?? '';
    const opened = text === '' ? null : await openRefreshToken(text);
    if (text !== '' && opened === null) throw new Error('A client was handed a refresh token that nobody made');
    for (const [name, value] of given) {
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    if (opened === null) return null;
    const handed = { session: opened.sessionId, counter: opened.counter, text };
    kept.push(handed);
    return handed;
  }
  const held = (): Handed | null => kept.findLast(({ text }) => text === jar.get(COOKIE.refresh)) ?? null;

  async function once(what: What, { path, isBare = false, password, target, ...asking }: Request): Promise<Asked> {
    count += 1;
    const id = `${site.run}-${number}-${count}`;
    const mine = isBare ? null : held();
    const brought = mine === null ? null : { session: mine.session, counter: mine.counter };
    const headers = { ...asking.headers, 'x-request-id': id };
    const sent = { ...asking, headers, cookies: isBare ? {} : Object.fromEntries(jar) };
    const fromMs = Date.now();
    const answer = await sendFrom({ port: site.port, origin: site.origin, client: number, agent }, path, sent);
    const untilMs = Date.now();
    const lines = (answer.headers['set-cookie'] ?? []).map(parseSetCookie).filter((pair) => pair !== null);
    const handed = await keep(lines.map(({ name, value }) => [name, value] as const));
    const place = answer.headers.location ?? String(answer.headers['x-action-redirect'] ?? '');
    const { status, text } = answer;
    const entry: Entry = {
      ...{ id, client: number, person: account.id, what, fromMs, untilMs, status, brought, handed },
      isRefused: status === 401 || place.includes('/login'),
      password: password ?? null,
      target: target ?? null,
      words: EXPECTABLE.includes(status) ? '' : place || text.replaceAll(/\s+/g, ' ').slice(0, 160),
    };
    site.journal.entries.push(entry);
    return { entry, answer };
  }

  await keep(Object.entries(cookies));
  for (const handed of kept) site.journal.prepared.push({ ...handed, client: number });
  return {
    ...about,
    held,
    kept,
    expire: () => void jar.delete(COOKIE.access),
    async ask(what, request) {
      const giveUpMs = Date.now() + GIVES_UP_AFTER_MS;
      for (;;) {
        const asked = await once(what, request);
        if (!UNANSWERED.includes(asked.entry.status) || Date.now() > giveUpMs) return asked;
        await pause(AGAIN_AFTER_MS.least + random() * AGAIN_AFTER_MS.spread);
      }
    },
    close: () => agent.destroy(),
  };
}

/** Nobody asks for the words of these. */
const EXPECTABLE: readonly number[] = [200, 204];
