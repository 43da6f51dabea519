import { describe, expect, test } from 'vitest';
import { askedAgain } from '@/lib/verifier/asked-again';

const URL_OF_US = 'http://127.0.0.1:3000/api/auth/refresh';

/** How often a fetch is made whose first answers are these, and what its caller is given. */
async function ask(answers: readonly unknown[], init: RequestInit = {}) {
  const sent: [string, RequestInit][] = [];
  const fetch = async (url: string, asked: RequestInit) => {
    const answer = answers[sent.length];
    sent.push([url, asked]);
    if (!(answer instanceof Response)) throw answer;
    return answer;
  };
  const { fetch: asking } = askedAgain({ fetch, monotonicMs: () => 0, now: () => 0 });
  const outcome = await asking(URL_OF_US, init).catch((error: unknown) => error);
  return { sent, outcome };
}

const failed = (code: string) => new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });
const good = () => new Response(null, { status: 200 });

describe('a fetch is made once more', () => {
  test.each(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])('after %s, in the same words', async (code) => {
    const init = { method: 'POST', headers: { cookie: 'a=b' } };
    const answer = good();
    const { sent, outcome } = await ask([failed(code), answer], init);
    expect(outcome).toBe(answer);
    expect(sent).toEqual([
      [URL_OF_US, init],
      [URL_OF_US, init],
    ]);
  });

  test.each([null, undefined, 'a text', Object.assign(new Error('x'), { cause: null })])(
    'after whatever was thrown that is no time-out: %s',
    async (thrown) => {
      const answer = good();
      const { sent, outcome } = await ask([thrown, answer]);
      expect([outcome, sent.length]).toEqual([answer, 2]);
    },
  );

  test('and not a third time', async () => {
    const second = failed('ECONNREFUSED');
    const { sent, outcome } = await ask([failed('ECONNRESET'), second, good()]);
    expect(outcome).toBe(second);
    expect(sent).toHaveLength(2);
  });
});

describe('a fetch is made once only', () => {
  test.each([200, 401, 500, 502, 503])('when it was answered %i', async (status) => {
    const { sent, outcome } = await ask([new Response(null, { status }), good()]);
    expect((outcome as Response).status).toBe(status);
    expect(sent).toHaveLength(1);
  });

  test.each([
    ['a time-out of fetch', new DOMException('The operation timed out', 'TimeoutError')],
    ['one of the headers', failed('UND_ERR_HEADERS_TIMEOUT')],
    ['one of the network', failed('ETIMEDOUT')],
  ])('after %s', async (_what, error) => {
    const { sent, outcome } = await ask([error, good()]);
    expect(outcome).toBe(error);
    expect(sent).toHaveLength(1);
  });

  test('when its caller does not wait any more', async () => {
    const error = failed('ECONNRESET');
    const { sent, outcome } = await ask([error, good()], { signal: AbortSignal.abort() });
    expect(outcome).toBe(error);
    expect(sent).toHaveLength(1);
  });
});
