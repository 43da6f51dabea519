import { diag } from '@opentelemetry/api';
import { afterEach, expect, test, vi } from 'vitest';
import { tellTrouble } from '@/lib/server/telemetry/trouble';

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  diag.disable();
});

test('a collector that is away is one line a minute, without what was sent to it', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const lines: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  tellTrouble();
  const refused = { message: 'connect ECONNREFUSED', code: 'ECONNREFUSED', stack: 'Error\n at x', data: 'sent to it' };
  for (let round = 0; round < 5; round += 1) diag.error(JSON.stringify(refused));
  diag.info('started');
  vi.advanceTimersByTime(61_000);
  diag.warn('Dropped 3 spans because maxQueueSize reached');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 'warn', event: 'telemetry.trouble', reason: 'connect ECONNREFUSED ECONNREFUSED' },
    { level: 'warn', event: 'telemetry.trouble', reason: 'Dropped 3 spans because maxQueueSize reached' },
  ]);
  expect(lines.join()).not.toContain('sent to it');
});
