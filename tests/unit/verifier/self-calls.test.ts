import { afterEach, describe, expect, test, vi } from 'vitest';
import { TRACEPARENT } from '@/lib/core/http/trace-context';
import { type Ambient, edgeAmbient, selfCalls } from '@/lib/verifier/self-calls';

const OWN = 'http://127.0.0.1:3000';
const GIVEN = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;

afterEach(() => vi.unstubAllGlobals());

/** As much of it as a request that waits for nothing needs. */
function ambient(): Ambient {
  let held: string | undefined;
  return {
    run: (value, work) => {
      const before = held;
      held = value;
      try {
        return work();
      } finally {
        held = before;
      }
    },
    getStore: () => held,
  };
}

function callsWith(one: Ambient | null, bypass?: string) {
  const sent: Headers[] = [];
  vi.stubGlobal('fetch', async (_url: string, init: RequestInit) => {
    sent.push(new Headers(init.headers));
    return new Response();
  });
  const random = (length: number) => new Uint8Array(length).fill(1);
  return { sent, calls: selfCalls({ origin: OWN, bypass, write: () => undefined, random, ambient: one }) };
}

describe('what the edge asks its own server', () => {
  test('belongs to the trace of the request that it is asked for, and changes nothing on that request', async () => {
    const { sent, calls } = callsWith(ambient());
    const headers = new Headers({ [TRACEPARENT]: GIVEN });
    await calls.follow(headers, () => {
      expect(calls.begun(headers)).toBeNull();
      return calls.surroundings.fetch(`${OWN}/api/auth/refresh`, { headers: { cookie: 'a=b' } });
    });
    expect(sent.map((one) => Object.fromEntries(one))).toEqual([{ cookie: 'a=b', traceparent: GIVEN }]);
  });

  test.each([undefined, 'made up', `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`])(
    'and the request that goes on are one trace that begins here, where the request names none: %s',
    async (given) => {
      const { sent, calls } = callsWith(ambient());
      const headers = new Headers(given === undefined ? {} : { [TRACEPARENT]: given });
      const begun = await calls.follow(headers, async () => {
        const own = calls.begun(headers);
        await calls.surroundings.fetch(`${OWN}/.well-known/jwks.json`, {});
        return own;
      });
      expect(begun).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
      expect(sent[0]?.get(TRACEPARENT)).toBe(begun);
    },
  );

  test('is told to no other server', async () => {
    const { sent, calls } = callsWith(ambient());
    await calls.follow(new Headers({ [TRACEPARENT]: GIVEN }), () =>
      calls.surroundings.fetch('https://elsewhere.example/', {}),
    );
    expect(sent[0]?.has(TRACEPARENT)).toBe(false);
  });

  test('says nothing of a trace, and no request is changed, where nobody collects them', async () => {
    const { sent, calls } = callsWith(null, 'open sesame');
    const headers = new Headers({ [TRACEPARENT]: GIVEN });
    expect(calls.begun(new Headers())).toBeNull();
    await calls.follow(headers, () => calls.surroundings.fetch(OWN, {}));
    expect(sent.map((one) => Object.fromEntries(one))).toEqual([{ 'x-vercel-protection-bypass': 'open sesame' }]);
  });
});

test('the edge has a place for what belongs to a request, and elsewhere there is none', () => {
  vi.stubGlobal('AsyncLocalStorage', undefined);
  expect(edgeAmbient()).toBeNull();
  vi.stubGlobal(
    'AsyncLocalStorage',
    class {
      run = (_value: string, work: () => unknown) => work();
      getStore = () => 'held';
    },
  );
  expect(edgeAmbient()?.getStore()).toBe('held');
});
