/** `clock`: the time of day alone. */
export type Precision = 'minutes' | 'seconds' | 'clock';

const PRECISIONS: Readonly<Record<Precision, Intl.DateTimeFormatOptions>> = {
  minutes: { dateStyle: 'medium', timeStyle: 'short' },
  seconds: { dateStyle: 'medium', timeStyle: 'medium' },
  clock: { timeStyle: 'medium' },
};

/** "23 Nov 2026, 04:51 UTC". `at`: ISO 8601 or milliseconds. */
export const inUtc = (at: string | number, precision: Precision = 'minutes'): string =>
  `${new Intl.DateTimeFormat('en-GB', { ...PRECISIONS[precision], timeZone: 'UTC' }).format(new Date(at))} UTC`;

/** "23 Nov 2026, 13:51", as the clock beside the reader says it. For the browser only: a server does not know that clock. */
export const inLocalTime = (at: string | number, precision: Precision = 'minutes'): string =>
  new Intl.DateTimeFormat('en-GB', PRECISIONS[precision]).format(new Date(at));
