import { Agent } from 'node:http';
import { parseSetCookie } from '@/lib/core/http/cookies';
import { type ActionForm, calledByName, filledIn, formIn } from '@/tests/support/http/action-forms';
import { type Answer, type Asking, sendFrom } from '@/tests/support/http/own-address';
import { COOKIE, PASSWORD, type Person } from '@/tests/support/people';

/** A request that was not answered as it should be. */
export type Failure = {
  readonly client: number;
  readonly what: string;
  /** 0: no answer. */
  readonly status: number;
  readonly atMs: number;
  readonly isSignedOut: boolean;
  readonly words: string;
};

export type Crowd = {
  readonly counts: ReadonlyMap<string, number>;
  readonly failures: readonly Failure[];
  total(): number;
  /** Ends the crowd, and resolves with the refresh token of each client. */
  stop(): Promise<string[]>;
};

const PAGES = ['/dashboard', '/account', '/account/sessions'];
/** A form is sent by a page that has been open for so long. */
const OPEN_MS = 8_000;
/** Between two requests, and four times as long as the answer took: a machine that is busy is not asked more than it can do. */
const THINK_MS = 400;

/**
 * Clients of a site behind a proxy, each from a loopback address of its own, as limits count them, and each with an account
 * and a session of its own. They never pause for long: pages, also with an expired access token, renewals, the API, files of
 * pages they were given before, actions of pages that were open before, as plain forms and by name, and logins. They come
 * one after another, because hashing has places for so many at once; resolves when all are there.
 */
export async function startCrowd(port: number, origin: string, people: readonly Person[]): Promise<Crowd> {
  const counts = new Map<string, number>();
  const failures: Failure[] = [];
  let isOver = false;

  async function live(client: number, { email }: Person, onThere: () => void): Promise<string> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    let jar: Record<string, string> = {};
    let assets: string[] = [];
    let form: { readonly fields: ActionForm; readonly atMs: number } | null = null;

    async function ask(what: string, path: string, asking: Asking, expected = 200): Promise<Answer> {
      const answer = await sendFrom({ port, origin, client, agent }, path, asking);
      counts.set(what, (counts.get(what) ?? 0) + 1);
      const { status, headers } = answer;
      if (status === expected) return answer;
      const isSignedOut = status === 401 || headers.location?.includes('/login') === true;
      const words = `${headers.location ?? ''} ${answer.text.slice(0, 160)}`;
      failures.push({ client, what, status, atMs: Date.now(), isSignedOut, words });
      return answer;
    }
    const keep = ({ status, headers }: Answer) => {
      if (status >= 400 || status === 0) return;
      const pairs = (headers['set-cookie'] ?? []).map(parseSetCookie).filter((pair) => pair !== null);
      jar = { ...jar, ...Object.fromEntries(pairs.map(({ name, value }) => [name, value])) };
    };
    const visit = async (what: string, path: string, cookies: Record<string, string>) => {
      const answer = await ask(what, path, { cookies });
      keep(answer);
      if (answer.status !== 200) return;
      assets = [...new Set(answer.text.match(/\/_next\/static\/[^"'\\\s)]+/g) ?? [])];
      if (path === '/account' && form === null) form = { fields: formIn(answer.text, 'name="name"'), atMs: Date.now() };
    };
    const signIn = async () => {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ email, password: PASSWORD, remember: true });
      keep(await ask('login', '/api/auth/login', { method: 'POST', headers, body }));
    };
    const act = async () => {
      if (form === null || Date.now() - form.atMs < OPEN_MS) return visit('page', '/account', jar);
      const { fields } = form;
      form = null;
      const isByName = Math.random() < 0.5;
      const sending = isByName ? calledByName(fields, 'Ada') : filledIn({ ...fields, name: 'Ada' });
      keep(await ask(isByName ? 'action by name' : 'action as a form', '/account', { cookies: jar, ...sending }));
    };
    const steps: readonly [share: number, step: Step][] = [
      [0.2, () => visit('page', pick(PAGES), jar)],
      [0.2, () => visit('page with an expired token', pick(PAGES), { [COOKIE.refresh]: jar[COOKIE.refresh] ?? '' })],
      [0.15, async () => keep(await ask('refresh', '/api/auth/refresh', { method: 'POST', cookies: jar }))],
      [0.15, async () => keep(await ask('api', '/api/me', { cookies: jar }))],
      [0.15, async () => void (assets.length > 0 && (await ask('asset', pick(assets), {})))],
      [0.12, act],
      [0.03, signIn],
    ];

    await signIn();
    onThere();
    while (!isOver) {
      const fromMs = performance.now();
      await chosenOf(steps)();
      const thinkMs = Math.max(THINK_MS, 4 * (performance.now() - fromMs));
      await new Promise((resolve) => setTimeout(resolve, thinkMs * (0.5 + Math.random())));
    }
    agent.destroy();
    return jar[COOKIE.refresh] ?? '';
  }

  const lives: Promise<string>[] = [];
  for (const [client, person] of people.entries()) {
    await new Promise<void>((resolve) => lives.push(live(client, person, resolve)));
  }
  return {
    counts,
    failures,
    total: () => [...counts.values()].reduce((sum, count) => sum + count, 0),
    stop() {
      isOver = true;
      return Promise.all(lives);
    },
  };
}

type Step = () => Promise<void>;

/** One of the steps, each as often as its share of all says. */
function chosenOf(steps: readonly [share: number, step: Step][]): Step {
  let at = Math.random();
  for (const [share, step] of steps) {
    at -= share;
    if (at < 0) return step;
  }
  return async () => undefined;
}

const pick = <T>(all: readonly T[]): T => all[Math.floor(Math.random() * all.length)] as T;
