import { expect } from 'vitest';
import { isProblemCode, PROBLEMS } from '@/lib/core/http/problem';
import type { Answer } from './requests';

/**
 * Asserts that an answer is a problem as the contract has it (RFC 9457, a code of the closed list with its status and type,
 * never stored) and returns `<status> <code>`.
 */
export function problemOf(answer: Answer): string {
  const body: unknown = answer.headers['content-type']?.includes('json') ? answer.json() : null;
  const code = typeof body === 'object' && body !== null && 'code' in body ? body.code : `no code: ${answer.text}`;
  expect(answer.headers['content-type'], `${answer.status} ${answer.text}`).toBe('application/problem+json');
  expect(answer.headers['cache-control']).toContain('no-store');
  expect(body).toMatchObject({ type: expect.stringMatching(new RegExp(`^https?://[^/]+/problems/${String(code)}$`)) });
  expect(isProblemCode(code) && PROBLEMS[code][0], String(code)).toBe(answer.status);
  return `${answer.status} ${String(code)}`;
}
