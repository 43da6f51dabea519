import { expect, test } from 'vitest';
import { lossReport } from '@/lib/verifier/loss-report';

const URL_ASKED = 'http://127.0.0.1:9/api/auth/refresh';

test('a loss is a line of JSON at once; those of the next minute are counted in the line after', () => {
  const lines: string[] = [];
  let seconds = 1_800_000_000;
  const clocks = { monotonicMs: () => seconds * 1_000, now: () => seconds };
  const report = lossReport((line) => lines.push(line), clocks);
  for (let time = 0; time < 600; time += 1) {
    report({ url: URL_ASKED, cause: time < 300 ? 'TypeError ECONNREFUSED' : 'status 503' });
    seconds += 0.1;
  }
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    level: 'error',
    time: '2027-01-15T08:00:00.000Z',
    event: 'edge.fetch_failed',
    address: URL_ASKED,
    reason: 'TypeError ECONNREFUSED',
    count: 1,
  });
  seconds += 0.1;
  report({ url: URL_ASKED, cause: 'deadline' });
  expect(lines).toHaveLength(2);
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({ reason: 'deadline', count: 600 });
});
