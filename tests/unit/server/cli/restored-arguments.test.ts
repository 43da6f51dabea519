import { describe, expect, it } from 'vitest';
import { readRestoredArguments } from '@/lib/server/cli/restored-arguments';

const TIME = '2026-11-27T08:00:00Z';
const PLAIN = { lostSince: new Date(TIME), file: null, endsAll: false, isForced: false };

describe('npm run db:restored', () => {
  it.each([
    [['--lost-since', TIME], PLAIN],
    [['--lost-since', '2026-11-27T09:00:00+01:00', '--all'], { ...PLAIN, endsAll: true }],
    [['--ended', 'a.log', '--lost-since', TIME, '--force'], { ...PLAIN, file: 'a.log', isForced: true }],
    [['--nothing-lost'], { lostSince: null, isForced: false }],
    [['--force', '--nothing-lost'], { lostSince: null, isForced: true }],
  ])('understands %j', (args, typed) => {
    expect(readRestoredArguments(args)).toEqual(typed);
  });

  it.each([
    [[], /--lost-since TIME/],
    [['--nothing-lost', '--lost-since', TIME], /--nothing-lost goes with --force alone/],
    [['--lost-since', '2026-11-27'], /is no time/],
    [['--lost-since', '2026-13-27T08:00:00Z'], /is no time/],
    [['--lost-since', TIME, 'now'], /now/],
    [['--lost-since', TIME, '--until', TIME], /--until/],
  ])('refuses %j', (args, sentence) => {
    expect(readRestoredArguments(args)).toMatchObject({
      ok: false,
      isUsage: true,
      sentence: expect.stringMatching(sentence),
    });
  });

  it('explains itself', () => {
    expect(readRestoredArguments(['--help'])).toMatchObject({
      ok: true,
      text: expect.stringContaining('--ended FILE'),
    });
  });
});
