/**
 * What is published of a session besides that it goes on, under the numbers of Token Status List §7.1. `revoked`: it was
 * ended. `stale`: it goes on, and what a token says of its person is true no more: a refresh brings the truth. Of the
 * numbers this is the first that is the application's own; 2, a status that may be taken back, is never published.
 */
export const STATUS_NUMBERS = { revoked: 1, stale: 3 } as const;

export type SessionMark = keyof typeof STATUS_NUMBERS;
export type SessionStatus = 'valid' | SessionMark;

/** The mark of a number that was stored; whatever is none of ours counts as the end. */
export const markOf = (number: number): SessionMark => (number === STATUS_NUMBERS.stale ? 'stale' : 'revoked');
