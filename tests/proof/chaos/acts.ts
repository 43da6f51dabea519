import { setTimeout as pause } from 'node:timers/promises';
import { type ActionForm, calledByName, filledIn, formIn } from '@/tests/support/http/action-forms';
import { candidates, passwordOf } from './account';
import type { Asked, Client, Site } from './client';

/** What a client does, one after another; `page` also remembers what a page showed. */
export type Acts = {
  page(): Promise<void>;
  api(): Promise<void>;
  asset(): Promise<void>;
  /** Sends the form of a page that was open for a while. */
  action(): Promise<void>;
  refresh(): Promise<void>;
  /** Several tabs of one browser at the moment at which its access token is over. */
  tabs(): Promise<void>;
  signIn(): Promise<void>;
  signOutAndIn(): Promise<void>;
  endOthers(): Promise<void>;
  endOne(): Promise<void>;
  changePassword(): Promise<void>;
};

const PAGES = ['/dashboard', '/account', '/account/sessions'] as const;
const FORM_PAGE = '/account';
const REFRESH = { path: '/api/auth/refresh', method: 'POST' };
/** A form is sent by a page that has been open for so long. */
const OPEN_MS = 3_000;
const AWAY_MS = 500;
const SIGN_IN_ROUNDS = 5;

/**
 * The acts of a client. Where it is refused, it asks once more by a refresh, then the database, and then signs in again.
 *
 * @param others The other clients of its person.
 */
export function actsOf(site: Site, client: Client, others: readonly Client[], isChanger: boolean): Acts {
  const { account, random } = client;
  let assets: readonly string[] = [];
  let form: { readonly fields: ActionForm; readonly atMs: number } | null = null;
  const pick = <T>(all: readonly T[]): T | undefined => all[Math.floor(random() * all.length)];
  const ask: Client['ask'] = (what, request) => client.ask(what, request);
  const json = (body: unknown) => ({ headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

  async function signIn(): Promise<void> {
    for (let round = 0; round < SIGN_IN_ROUNDS; round += 1) {
      for (const password of candidates(account, isChanger)) {
        const body = { email: account.email, password: passwordOf(password), remember: true };
        const { entry } = await ask('sign in', { path: '/api/auth/login', method: 'POST', password, ...json(body) });
        if (entry.status !== 200) continue;
        if (isChanger) Object.assign(account, { sure: password, maybe: [] });
        return;
      }
    }
  }
  /** Asks by a refresh, and the database when it says no too. */
  async function settle(asked: readonly Asked[]): Promise<void> {
    if (!asked.some(({ entry }) => entry.isRefused)) return;
    if (client.held() !== null) {
      const { entry } = await ask('refresh', REFRESH);
      if (entry.status === 200) return;
      const session = entry.brought?.session ?? '';
      const isLive = (await site.liveAmong([session])).has(session);
      site.journal.doubts.push({ client: client.number, session, atMs: Date.now(), isLive });
    }
    await signIn();
  }
  const asked: Client['ask'] = async (what, request) => {
    const one = await ask(what, request);
    await settle([one]);
    return one;
  };
  const read = (path: string, { entry, answer }: Asked): void => {
    if (entry.status !== 200) return;
    assets = [...new Set(answer.text.match(/\/_next\/static\/[^"'\\\s)]+/g) ?? [])];
    if (path === FORM_PAGE) form ??= { fields: formIn(answer.text, 'name="name"'), atMs: Date.now() };
  };
  const page = async (path = pick(PAGES) ?? FORM_PAGE) => read(path, await asked('page', { path }));

  return {
    page,
    api: async () => void (await asked('api', { path: '/api/me' })),
    async asset() {
      const path = pick(assets);
      if (path !== undefined) await asked('asset', { path, isBare: true });
    },
    async action() {
      if (form === null || Date.now() - form.atMs < OPEN_MS) return page(FORM_PAGE);
      const { fields } = form;
      form = null;
      const sending = random() < 0.5 ? calledByName(fields, 'Ada') : filledIn({ ...fields, name: 'Ada' });
      await asked('action', { path: FORM_PAGE, ...sending });
    },
    refresh: async () => void (await asked('refresh', REFRESH)),
    async tabs() {
      client.expire();
      await settle(
        await Promise.all([
          ask('page', { path: '/dashboard' }),
          ask('page', { path: '/account/sessions' }),
          ask('refresh', REFRESH),
          ask('api', { path: '/api/me' }),
        ]),
      );
    },
    signIn,
    async signOutAndIn() {
      await ask('sign out', { path: '/api/auth/logout', method: 'POST' });
      await pause(AWAY_MS);
      await signIn();
    },
    endOthers: async () => void (await asked('end others', { path: '/api/auth/sessions', method: 'DELETE' })),
    async endOne() {
      const target = pick(others)?.held()?.session;
      if (target !== undefined)
        await asked('end one', { path: `/api/auth/sessions/${target}`, method: 'DELETE', target });
    },
    async changePassword() {
      const password = account.next;
      account.next += 1;
      account.maybe = [...account.maybe, password];
      const body = { currentPassword: passwordOf(account.sure), newPassword: passwordOf(password) };
      const sending = { path: '/api/account/password', method: 'POST', password, ...json(body) };
      const { entry } = await asked('change password', sending);
      if (entry.status === 204) Object.assign(account, { sure: password, maybe: [] });
    },
  };
}
