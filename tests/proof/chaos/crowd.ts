import { setTimeout as pause } from 'node:timers/promises';
import { seededNumbers } from '@/tests/fixtures/deterministic';
import { inTurns } from '@/tests/support/http/requests';
import { createPerson, prepareSession } from '@/tests/support/people';
import { type Account, newAccount } from './account';
import { type Acts, actsOf } from './acts';
import { type Client, openClient, type Site } from './client';
import type { Standing } from './journal';

/** One person in so many places has several clients; everybody else has one. */
const SHARING = { everyPlaces: 10, clients: 4 } as const;
/** These begin signed out. */
const SIGNED_OUT_EVERY = 10;
/**
 * Between two acts, and so many times as long as the last one took: a busy machine is not asked more than it can do. Two
 * hundred who come at once, or every second, would be a flood, which is answered with 503: here it is faults that are tried.
 */
const THINK = { leastMs: 9_000, times: 4 } as const;
const STARTED_AT_ONCE = 8;

/** How often each act is chosen, in hundredths. Of the last four there is less for who is alone or does not change passwords. */
const SHARES: readonly (readonly [keyof Acts, number])[] = [
  ['page', 24],
  ['tabs', 12],
  ['refresh', 16],
  ['api', 16],
  ['asset', 12],
  ['action', 12],
  ['signOutAndIn', 2],
  ['endOne', 2],
  ['endOthers', 2],
  ['changePassword', 2],
];

export type Crowd = {
  readonly clients: readonly Client[];
  /** Lets everybody finish what they do, and says with what they are left. */
  stop(): Promise<Standing[]>;
  close(): void;
};

/** So many clients that never pause for long; resolves when all who begin with a session have one. */
export async function startCrowd(site: Site, seed: number, count: number): Promise<Crowd> {
  const accounts: Account[] = [];
  const sharing = Math.floor(count / SHARING.everyPlaces);
  const people = count - sharing * (SHARING.clients - 1);
  await inTurns(people, STARTED_AT_ONCE, async (at) => {
    accounts[at] = newAccount(await createPerson({ hasPassword: true }));
  });
  const owners = accounts.flatMap((account, at) => Array<Account>(at < sharing ? SHARING.clients : 1).fill(account));
  const clients = await inTurns(count, STARTED_AT_ONCE, async (number) => {
    const account = owners[number];
    if (account === undefined) throw new Error(`Client ${number} is nobody's`);
    const cookies = number % SIGNED_OUT_EVERY === 0 ? {} : (await prepareSession(account)).cookies;
    return openClient(site, { number, account, random: seededNumbers(seed * count + number) }, cookies);
  });
  let isOver = false;

  const actors = clients.map((client) => {
    const family = clients.filter(({ account }) => account === client.account);
    const others = family.filter((other) => other !== client);
    const isChanger = family[0] === client;
    return { client, acts: actsOf(site, client, others, isChanger), isChanger, isAlone: others.length === 0 };
  });
  type Actor = (typeof actors)[number];

  async function live({ client, acts, ...kind }: Actor): Promise<void> {
    await pause(client.random() * THINK.leastMs);
    if (client.held() === null) await acts.signIn();
    while (!isOver) {
      const fromMs = performance.now();
      await acts[chosen(client.random, kind)]();
      const thinkMs = Math.max(THINK.leastMs, THINK.times * (performance.now() - fromMs));
      await pause(thinkMs * (0.5 + client.random()));
    }
  }
  /** Who was signed out by another client of its person has not noticed yet, if nothing was asked since. */
  async function comeBack(): Promise<void> {
    const sessionOf = ({ client }: Actor) => client.held()?.session ?? '';
    const living = await site.liveAmong(actors.map(sessionOf));
    const gone = actors.filter((actor) => !living.has(sessionOf(actor)));
    await inTurns(gone.length, STARTED_AT_ONCE, async (at) => gone[at]?.acts.refresh());
  }
  const lives = Promise.all(actors.map(live));
  return {
    clients,
    async stop() {
      isOver = true;
      await lives;
      await comeBack();
      return clients.map((client) => ({ client: client.number, person: client.account.id, held: client.held() }));
    },
    close() {
      for (const client of clients) client.close();
    },
  };
}

function chosen(random: () => number, { isChanger, isAlone }: { isChanger: boolean; isAlone: boolean }): keyof Acts {
  let at = random() * 100;
  for (const [act, share] of SHARES) {
    at -= share;
    if (at >= 0) continue;
    if (act === 'changePassword' && !isChanger) return 'page';
    return (act === 'endOne' || act === 'endOthers') && isAlone ? 'page' : act;
  }
  return 'page';
}
