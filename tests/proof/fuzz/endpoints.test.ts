import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { useDatabase } from '@/tests/support/database/use-database';
import { exchange, type RawRequest, wireOf } from '@/tests/support/http/raw-request';
import { type Cookies, createPerson, prepareSession } from '@/tests/support/people';
import { proved } from '@/tests/support/proof';
import { type Endpoint, everyAction, everyHandler, everyPage } from './all-endpoints';
import { SEED } from './parser';
import { callsOf, requestsTo } from './requests';
import { useWatchedServer } from './watched-server';

const { url: databaseUrl } = await useDatabase();
const server = await useWatchedServer(databaseUrl);

/** Requests to each endpoint in a round: `FC_REQUESTS` for a long run. */
const A_ROUND = Number(process.env['FC_REQUESTS'] ?? 12);
/** The first fills what is kept on purpose: verified tokens, refused ones, counters. */
const ROUNDS = 4;
const MAX_GROWTH_BYTES = 32 * 1_024 * 1_024;

/** What the log says of an error that nobody had thought of. */
const FAILED = /"event":"(?:request|page)\.failed"|Unhandled/;

/** A form with files that is broken, or whose fields React cannot read, fails in Next itself (SECURITY.md, *What is not promised*). */
const isNextsOwn = (request: RawRequest): boolean =>
  request.headers.some(([name, value]) => name === 'Content-Type' && value.startsWith('multipart/'));

/** Sends them one after another; what was wrong with each, in words. */
async function faultsOf(requests: readonly RawRequest[]): Promise<string[]> {
  const faults: string[] = [];
  for (const request of requests) {
    const printed = server.output().length;
    let status = 0;
    const cost = await server.costOf(async () => ({ status } = await exchange(server.port, request)));
    const told = server.output().slice(printed);
    const isBroken = status === 0 || ((status >= 500 || FAILED.test(told)) && !isNextsOwn(request));
    if (cost !== null || isBroken) faults.push(`${status} ${cost ?? ''} ${told.slice(0, 600)}\n${wireOf(request)}`);
  }
  return faults;
}

const guest: Cookies = {};
const newcomer = async (role: 'member' | 'admin') => prepareSession(await createPerson({ role }));

let samples = 0;

/** A sample of its own for each, of a seed that is told, so that all can be made once more. */
function sampled(requests: fc.Arbitrary<RawRequest>): RawRequest[] {
  samples += 1;
  return fc.sample(requests, { numRuns: A_ROUND, seed: SEED + samples });
}

async function sweep(endpoints: readonly Endpoint[]): Promise<{ tried: number; faults: string[] }> {
  const faults: string[] = [];
  let tried = 0;
  for (const endpoint of endpoints) {
    // Whoever asks may delete their account, or sign out: each endpoint has somebody of its own.
    const somebody = await newcomer(endpoint.path.includes('/admin') ? 'admin' : 'member');
    for (const cookies of [guest, somebody.cookies]) {
      const requests = sampled(requestsTo(endpoint, cookies, somebody.id));
      tried += requests.length;
      faults.push(...(await faultsOf(requests)));
    }
  }
  return { tried, faults };
}

describe('a server that is sent anything', () => {
  const endpoints = [...everyHandler(), ...everyPage()];
  const heaps: number[] = [];
  let total = { tried: 0, faults: 0 };

  it.each(Array.from({ length: ROUNDS }, (_, round) => round))(
    'fails at nothing, and nothing costs it a second: round %i',
    async () => {
      expect(endpoints.length).toBeGreaterThan(90);
      const { tried, faults } = await sweep(endpoints);
      total = { tried: total.tried + tried, faults: total.faults + faults.length };
      heaps.push(await server.heapBytes());
      expect(faults).toEqual([]);
    },
  );

  it('holds no more memory after the last round than after the first', () => {
    const [first = 0, last = 0] = [heaps[0], heaps.at(-1)];
    const grown = `heap after each round ${heaps.map((bytes) => Math.round(bytes / 1e6)).join(', ')} MB`;
    const note = `${endpoints.length} endpoints and pages, ${grown}, FC_SEED=${SEED}`;
    proved({ what: 'requests of anything to a server', tried: total.tried, held: total.tried - total.faults, note });
    expect(heaps).toHaveLength(ROUNDS);
    expect(last - first).toBeLessThan(MAX_GROWTH_BYTES);
  });
});

describe('server actions', () => {
  it('fail at no call, whatever its name, its arguments and its form', async () => {
    const actions = everyAction();
    expect(actions.length).toBeGreaterThan(10);
    const faults: string[] = [];
    let tried = 0;
    for (const action of actions) {
      const somebody = await newcomer('admin');
      for (const [page, cookies] of [
        ['/', guest],
        ['/login', guest],
        ['/account', somebody.cookies],
      ] as const) {
        const requests = sampled(callsOf(action, page, cookies));
        tried += requests.length;
        faults.push(...(await faultsOf(requests)));
      }
    }
    proved({
      what: 'calls of server actions with anything',
      tried,
      held: tried - faults.length,
      note: `${actions.length} actions`,
    });
    expect(faults).toEqual([]);
  });
});
