import { describe, expect, test } from 'vitest';
import { attempt, BadAnswer } from '@/lib/verifier/deadline';

const causeOf = async (error: unknown) => {
  const outcome = await attempt(
    1_000,
    () => 0,
    () => Promise.reject(error),
  ).outcome;
  return outcome.ok ? null : outcome.code;
};
const because = (cause: unknown) => Object.assign(new TypeError('fetch failed'), { cause });

describe('the cause of a loss is told in words that were not sent', () => {
  test.each<[string, unknown]>([
    ['TypeError ECONNREFUSED', because({ code: 'ECONNREFUSED', message: 'connect ECONNREFUSED 127.0.0.1:9' })],
    ['TypeError UND_ERR_SOCKET other side closed', because({ code: 'UND_ERR_SOCKET', message: 'other side closed' })],
    ['TypeError bad port', because(new Error('bad port'))],
    ['TypeError', because(new Error('fetch of http://user:secret@inside'))],
    ['TypeError', because(new Error(`cookie __Host-refresh=${'A'.repeat(94)}`))],
    ['TypeError', because('a text')],
    ['TypeError', because({ code: 'x=1; y=2' })],
    ['AbortError', new DOMException('This operation was aborted', 'AbortError')],
    ['SyntaxError', new SyntaxError('Unexpected token e, "eyJhbGciOi" is not valid JSON')],
    ['Error', { name: '<script>' }],
    ['Error', { name: 'token=TypeError' }],
    ['Error', { name: 'TypeError token' }],
    ['Error', { name: '' }],
    ['Error', { code: 'x ECONNRESET' }],
    ['Error', { code: 'ECONNRESET x' }],
    ['Error', { code: 'E' }],
    ['TypeError', because(new Error('Bad port'))],
    ['TypeError', because(new Error('bad port 6'))],
    ['TypeError', because(new Error('secret'))],
    ['TypeError', because(new Error('many plain words that are more than forty'))],
    ['TypeError', because(null)],
    ['Error', 'a text that was thrown'],
    ['Error', null],
    ['Error', undefined],
    ['status 503', new BadAnswer('status 503')],
  ])('%s', async (cause, error) => {
    expect(await causeOf(error)).toBe(cause);
  });
});
