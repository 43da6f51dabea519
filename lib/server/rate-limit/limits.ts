import 'server-only';
import { days, hours, minutes } from '@/lib/core/time';

export type Limit = {
  /** The attempt that starts the first wait. It is let through itself. */
  readonly threshold: number;
  /** Longest wait, doubling from one second; null: until the window is over. */
  readonly maxWaitSeconds: number | null;
  /** With a doubling wait, the quiet after which all is forgotten, at most. Else the length of the window. */
  readonly forgetSeconds: number;
  /** With a doubling wait, that quiet after one failure; twice as long after each further one. */
  readonly shortestMemorySeconds?: number;
  /** What a success does: forget all failures, take its own attempt back, or nothing. */
  readonly onSuccess: 'forget' | 'take_back' | 'keep';
};

/** No wait is longer. */
export const LONGEST_WAIT_SECONDS = minutes(15);

/** OWASP Authentication: count by account, wait exponentially, never lock for good. */
const waiting = { threshold: 5, maxWaitSeconds: LONGEST_WAIT_SECONDS } as const;
/**
 * A guesser who pauses, so that his row of failures is forgotten, has one guess a day: he comes to a hundred in a row, or to
 * no more than that in a quarter of a year.
 */
const guessing = { ...waiting, forgetSeconds: days(30), shortestMemorySeconds: days(1) } as const;
const aQuarterOfAnHour = { maxWaitSeconds: null, forgetSeconds: minutes(15) } as const;
const anHour = { maxWaitSeconds: null, forgetSeconds: hours(1) } as const;

/** What each bucket is for stands in ./buckets.ts. */
export const LIMITS = {
  account: { ...guessing, onSuccess: 'forget' },
  /** A program signs in by itself, as often as it likes: what a stranger failed meanwhile stays counted. */
  program: { ...guessing, onSuccess: 'take_back' },
  device: { ...guessing, onSuccess: 'forget' },
  factor: { ...guessing, onSuccess: 'forget' },
  factorDevice: { ...guessing, onSuccess: 'forget' },
  /**
   * A code has five tries, and an hour brings five codes (`mail`). This bounds what somebody may do with all of them for
   * hours; it leaves the first try of each code alone, so that it locks nobody out.
   */
  code: { ...waiting, threshold: 25, forgetSeconds: days(1), shortestMemorySeconds: minutes(15), onSuccess: 'forget' },
  /** Failures of a network. A success takes back its own: an office that signs in is no attack. */
  address: { ...aQuarterOfAnHour, threshold: 100, onSuccess: 'take_back' },
  addressWide: { ...aQuarterOfAnHour, threshold: 400, onSuccess: 'take_back' },
  /** One password tried at many accounts is the attack that no count by account sees. */
  spray: { ...aQuarterOfAnHour, threshold: 30, onSuccess: 'keep' },
  tried: { ...aQuarterOfAnHour, threshold: 1, onSuccess: 'keep' },
  mail: { ...anHour, threshold: 5, onSuccess: 'keep' },
  /** By itself, so that no number of sign-ups with an address keeps its owner from a new password. */
  reset: { ...anHour, threshold: 5, onSuccess: 'keep' },
  /** Whoever causes one knows the password; nobody else can use them up. */
  signInCode: { ...anHour, threshold: 5, onSuccess: 'keep' },
  notice: { threshold: 1, maxWaitSeconds: null, forgetSeconds: days(1), onSuccess: 'keep' },
  /** All that is kept of a person, given out to them. */
  export: { threshold: 3, maxWaitSeconds: null, forgetSeconds: days(1), onSuccess: 'keep' },
  /** Told to the person, who is signed in. */
  emailChange: { ...anHour, threshold: 5, onSuccess: 'keep' },
  /**
   * Mails that one network (IPv4 /24, IPv6 /48) can make us send to one domain, such as all names of a mailbox that takes
   * them all. Counted for the network: a limit on a domain alone would let a stranger shut out everybody whose mail is
   * with a large provider. An office or a campus that signs up within an hour stays below it, and so does the hour's
   * share of a carrier that puts its customers behind few addresses.
   */
  mailDomain: { ...anHour, threshold: 300, onSuccess: 'keep' },
  /**
   * A minute. 10,000 sign-ups within one hour, a day's worth of a large site, are 167 a minute. Whoever wants to use it up
   * needs five sign-ups a second, from 45 networks at 100 a quarter of an hour, and then shuts sign-up until the minute is
   * over, and nothing else.
   */
  mailTotal: { threshold: 300, maxWaitSeconds: null, forgetSeconds: minutes(1), onSuccess: 'keep' },
} as const satisfies Record<string, Limit>;

export type LimitPolicy = keyof typeof LIMITS;
