import { LocalTime } from './local-time';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const UNITS = [
  ['day', DAY],
  ['hour', HOUR],
  ['minute', MINUTE],
] as const;

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** "5 minutes ago", "in 6 days"; anything under a minute is "just now" or "in less than a minute". */
export function fromNow(at: string, now: number): string {
  const seconds = Math.round((Date.parse(at) - now) / 1000);
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return relative.format(Math.round(seconds / length), unit);
  }
  return seconds > 0 ? 'in less than a minute' : 'just now';
}

/** A time as its distance from `now` (milliseconds), and exactly, for every reader and not for a mouse alone. Ends a line. */
export function Moment({ at, now }: { at: string; now: number }) {
  return (
    <>
      {fromNow(at, now)}, <LocalTime at={at} />
    </>
  );
}
