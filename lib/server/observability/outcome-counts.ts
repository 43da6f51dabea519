import 'server-only';
import { log } from './logger';
import type { AttributesOf } from './metric-list';
import { count } from './telemetry';

/** What becomes of attempts: what an operator watches to see guessing, spraying and floods. */
export type Outcome =
  | `signIn${'Right' | 'Wrong' | 'Blocked' | 'Overloaded'}`
  | `signUp${'Begun' | 'Silent' | 'Resent' | 'Blocked' | 'Overloaded'}`
  | `typed${'Right' | 'Wrong' | 'Blocked'}`
  | `reset${'Asked' | 'Silent' | 'Blocked'}`
  | `stepUp${'Right' | 'Wrong'}`
  | `link${'Used' | 'Dead' | 'Blocked'}`;

const EVERY_MS = 60_000;

let counts: Partial<Record<Outcome, number>> = {};
let timer: NodeJS.Timeout | undefined;

type SignIn = Extract<Outcome, `signIn${string}`>;

/** How each outcome stands in the metrics: of a sign-in, and of every other attempt. */
const SIGN_INS: Readonly<Record<SignIn, AttributesOf<'handstamp.login.attempts'>>> = {
  signInRight: { outcome: 'right' },
  signInWrong: { outcome: 'wrong' },
  signInBlocked: { outcome: 'blocked' },
  signInOverloaded: { outcome: 'overloaded' },
};
const OTHERS: Readonly<Record<Exclude<Outcome, SignIn>, AttributesOf<'handstamp.attempts'>>> = {
  signUpBegun: { attempt: 'sign_up', outcome: 'begun' },
  signUpSilent: { attempt: 'sign_up', outcome: 'silent' },
  signUpResent: { attempt: 'sign_up', outcome: 'resent' },
  signUpBlocked: { attempt: 'sign_up', outcome: 'blocked' },
  signUpOverloaded: { attempt: 'sign_up', outcome: 'overloaded' },
  typedRight: { attempt: 'typed', outcome: 'right' },
  typedWrong: { attempt: 'typed', outcome: 'wrong' },
  typedBlocked: { attempt: 'typed', outcome: 'blocked' },
  resetAsked: { attempt: 'reset', outcome: 'asked' },
  resetSilent: { attempt: 'reset', outcome: 'silent' },
  resetBlocked: { attempt: 'reset', outcome: 'blocked' },
  stepUpRight: { attempt: 'step_up', outcome: 'right' },
  stepUpWrong: { attempt: 'step_up', outcome: 'wrong' },
  linkUsed: { attempt: 'link', outcome: 'used' },
  linkDead: { attempt: 'link', outcome: 'dead' },
  linkBlocked: { attempt: 'link', outcome: 'blocked' },
};

const isSignIn = (outcome: Outcome): outcome is SignIn => outcome in SIGN_INS;

/** Counts an outcome. What was counted is one line of the log a minute, `attempts`, and none when nothing was. */
export function countOutcome(outcome: Outcome): void {
  if (isSignIn(outcome)) count('handstamp.login.attempts', SIGN_INS[outcome]);
  else count('handstamp.attempts', OTHERS[outcome]);
  counts[outcome] = (counts[outcome] ?? 0) + 1;
  if (timer !== undefined) return;
  timer = setTimeout(() => {
    const counted = counts;
    counts = {};
    timer = undefined;
    log.info('attempts', counted);
  }, EVERY_MS);
  timer.unref();
}
