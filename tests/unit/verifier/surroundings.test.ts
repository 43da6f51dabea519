import { afterEach, describe, expect, test, vi } from 'vitest';
import { realSurroundings, withHeadersFor } from '@/lib/verifier/surroundings';

const OWN = 'https://app-git-x.vercel.app';
const BYPASS = { 'x-vercel-protection-bypass': 'b' };

/** What was sent for a fetch of `url`. */
async function sentTo(url: string, init: RequestInit = {}): Promise<{ url: string; init: RequestInit }> {
  const sent: { url: string; init: RequestInit }[] = [];
  const fetch = async (asked: string, asking: RequestInit) => {
    sent.push({ url: asked, init: asking });
    return new Response();
  };
  await withHeadersFor(OWN, BYPASS, { fetch, monotonicMs: () => 0, now: () => 0 }).fetch(url, init);
  const [only] = sent;
  if (only === undefined || sent.length > 1) throw new Error(`${sent.length} fetches`);
  return only;
}

describe('what opens a protected server', () => {
  test.each(['/.well-known/jwks.json', '/status-lists/0', '/api/auth/refresh'])('goes to it with %s', async (path) => {
    const init = { method: 'POST', redirect: 'manual', headers: { cookie: 'a=b' } } as const;
    const sent = await sentTo(OWN + path, init);
    expect(sent.url).toBe(OWN + path);
    expect(sent.init).toMatchObject({ method: 'POST', redirect: 'manual' });
    expect(Object.fromEntries(new Headers(sent.init.headers))).toEqual({ cookie: 'a=b', ...BYPASS });
  });

  test('takes the place of what a caller put there', async () => {
    const sent = await sentTo(OWN, { headers: { 'X-Vercel-Protection-Bypass': 'other' } });
    expect(Object.fromEntries(new Headers(sent.init.headers))).toEqual(BYPASS);
  });

  test.each([
    'https://app.example.com/x',
    'http://app-git-x.vercel.app/x',
    'https://app-git-x.vercel.app:8443/x',
    'https://app-git-x.vercel.app.evil.example/x',
    'https://app-git-x.vercel.app@evil.example/x',
    'https://x.app-git-x.vercel.app/x',
  ])('goes to no other: %s', async (url) => {
    const init = { headers: { accept: 'x' } };
    expect(await sentTo(url, init)).toEqual({ url, init });
  });
});

describe('the surroundings of whoever brings none', () => {
  afterEach(() => vi.useRealTimers());

  test('are the clocks of the machine: seconds since 1970, and milliseconds that only grow', () => {
    vi.useFakeTimers({ now: 1_800_000_000_500, toFake: ['Date', 'performance'] });
    const startedMs = realSurroundings.monotonicMs();
    expect(realSurroundings.now()).toBe(1_800_000_000.5);
    vi.advanceTimersByTime(250);
    expect(realSurroundings.now()).toBe(1_800_000_000.75);
    expect(realSurroundings.monotonicMs() - startedMs).toBe(250);
  });
});
