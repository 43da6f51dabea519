import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { countRefusal, noteForbidden } from '@/lib/server/observability/refusals';

const lines: string[] = [];
beforeEach(() => {
  lines.length = 0;
  vi.useFakeTimers();
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('requests that were refused', () => {
  it('are one line a minute, with counts by code', () => {
    for (const code of ['origin_refused', 'validation_failed', 'origin_refused', 'invalid_token']) countRefusal(code);
    vi.advanceTimersByTime(59_999);
    expect(lines).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({
        event: 'refusals',
        counted: [
          { why: 'origin_refused', count: 2 },
          { why: 'validation_failed', count: 1 },
          { why: 'invalid_token', count: 1 },
        ],
      }),
    ]);
  });

  it('are none where nobody was refused anything, or by our own fault', () => {
    for (const code of ['unauthenticated', 'internal_error', 'service_unavailable']) countRefusal(code);
    vi.advanceTimersByTime(120_000);
    expect(lines).toEqual([]);
  });
});

it('a thousand refusals of one session are ten lines a minute, and those of a thousand sessions are a hundred', () => {
  const forbid = (sid: string) => noteForbidden({ method: 'GET', path: '/admin/users' }, { sub: 'somebody', sid });
  const written = () => lines.filter((line) => line.includes('access.refused')).length;
  for (let n = 0; n < 1_000; n += 1) forbid('one session');
  expect(written()).toBe(10);
  for (let n = 0; n < 1_000; n += 1) forbid(`session ${n}`);
  expect(written()).toBe(100);
  vi.advanceTimersByTime(60_000);
  forbid('one session');
  expect(written()).toBe(101);
  vi.advanceTimersByTime(60_000);
});

it('what somebody may not do is a line at once, with who, where and what', () => {
  const [sub, sid] = ['A'.repeat(22), 'B'.repeat(22)];
  noteForbidden({ method: 'DELETE', path: `/api/admin/users/${sub}/factor-reset` }, { sub, sid });
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'warn',
    event: 'access.refused',
    userId: sub,
    sessionId: sid,
    method: 'DELETE',
    path: `/api/admin/users/${sub}/factor-reset`,
  });
});
