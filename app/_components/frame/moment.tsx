const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const UNITS = [
  ['day', DAY],
  ['hour', HOUR],
  ['minute', MINUTE],
] as const;

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const dateAndTime = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });

/** "23 Nov 2026, 04:51 UTC". `at`: ISO 8601 or milliseconds. */
export const inUtc = (at: string | number): string => `${dateAndTime.format(new Date(at))} UTC`;

/** "5 minutes ago", "in 6 days"; anything under a minute is "just now" or "in less than a minute". */
export function fromNow(at: string, now: number): string {
  const seconds = Math.round((Date.parse(at) - now) / 1000);
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return relative.format(Math.round(seconds / length), unit);
  }
  return seconds > 0 ? 'in less than a minute' : 'just now';
}

/** A time as its distance from `now` (milliseconds), the same in every time zone; the exact one on hover. */
export function Moment({ at, now }: { at: string; now: number }) {
  return (
    <time dateTime={at} title={inUtc(at)}>
      {fromNow(at, now)}
    </time>
  );
}
