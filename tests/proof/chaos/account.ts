import { PASSWORD } from '@/tests/support/people';

/**
 * What the clients of one person know together. Passwords are counted: 0 is the first. Only the person's first client
 * changes them, one after another.
 */
export type Account = {
  readonly id: string;
  readonly email: string;
  /** The one that was set last, as far as it is sure. */
  sure: number;
  /** Those after it of which nobody knows whether they were set: their change is under way, or its answer was lost. */
  maybe: number[];
  next: number;
};

export const newAccount = (person: { readonly id: string; readonly email: string }): Account => ({
  ...person,
  ...{ sure: 0, maybe: [], next: 1 },
});

export const passwordOf = (count: number): string => (count === 0 ? PASSWORD : `${PASSWORD}-kept-${count}`);

/** The passwords to try, best first: whoever changes them knows best that an answer was lost. */
export const candidates = ({ sure, maybe }: Account, isChanger: boolean): number[] =>
  isChanger ? [...maybe.toReversed(), sure] : [sure, ...maybe.toReversed()];
