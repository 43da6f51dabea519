// What DECISIONS 2 and SECURITY.md promise of a session's row, written down a second time: nothing here is imported from
// the product, so that comparing both says something.

/** Time goes in steps of so many seconds. A trace on the real database takes much less, so no border is met by accident. */
export const TICK_SECONDS = 20;

/** All lifetimes, in ticks. They are short, so that a few events pass every border, and are set so for the real code. */
export const GRACE = 6;
export const IDLE = 14;
export const ABSOLUTE = 24;

export type End = 'signed_out' | 'ended_by_owner' | 'superseded' | 'reuse_detected';

/** A session's row. Its counter is not named: tokens are named by how far they are above it (0 is current, -1 its parent). */
export type Row = {
  /** Ticks since the counter last rose, at most the grace; null while it never did. */
  readonly age: number | null;
  /** Ticks until it is over unless it is used. */
  readonly idle: number;
  /** Ticks until it is over in any case. */
  readonly absolute: number;
  readonly end: End | null;
};

export type Outcome =
  /** `rise`: by how much the counter rose. The answer names the token of the risen counter; `left`: how long it is good. */
  | { readonly kind: 'token'; readonly rise: number; readonly isNew: boolean; readonly left: number }
  | { readonly kind: 'refused' }
  | { readonly kind: 'reuse' };

/** The rules, with a switch for each way to get them wrong. */
export type Rules = {
  /** A convergence begins the grace anew. */
  readonly slides: boolean;
  /** An ended session is like any other. */
  readonly forgetsEnd: boolean;
  /** How many generations before the current token converge. */
  readonly parents: number;
  /** Reuse is answered, and what it wrote is undone. */
  readonly undoesReuse: boolean;
  readonly rotatesInGrace: boolean;
  /** A token below the row's counter sets the counter. */
  readonly adoptsBelow: boolean;
  /** A renewal passes the absolute end. */
  readonly passesAbsolute: boolean;
  /** A status list that says that the session ended, or none, counts as the answer of the database. */
  readonly listSignsOut: boolean;
  /** A status list that is published leaves out who ended. */
  readonly listForgetsEnd: boolean;
};

export const SPECIFIED: Rules = {
  slides: false,
  forgetsEnd: false,
  parents: 1,
  undoesReuse: false,
  rotatesInGrace: false,
  adoptsBelow: false,
  passesAbsolute: false,
  listSignsOut: false,
  listForgetsEnd: false,
};

/** A session that was just begun. */
export const BEGUN: Row = { age: null, idle: IDLE, absolute: ABSOLUTE, end: null };

const REFUSED: Outcome = { kind: 'refused' };
const REUSE: Outcome = { kind: 'reuse' };

/** True where no token of the session is worth anything, by the rules. */
const isOver = (row: Row, rules: Rules): boolean =>
  (row.end !== null && !rules.forgetsEnd) || row.idle === 0 || row.absolute === 0;

/** What a genuine token `above` the row's counter is answered, and the row after it. */
export function answered(row: Row, above: number, rules: Rules): { readonly row: Row; readonly outcome: Outcome } {
  if (isOver(row, rules)) return { row, outcome: REFUSED };
  const isInGrace = row.age !== null && row.age < GRACE;
  const isBelow = above < 0;
  if (above > 0 || (isBelow && rules.adoptsBelow)) return risen(row, above + 1, rules);
  if (above === 0 && (!isInGrace || rules.rotatesInGrace)) return risen(row, 1, rules);
  if (isInGrace && above >= -rules.parents) {
    const left = Math.min(row.idle, row.absolute);
    return { row: rules.slides ? { ...row, age: 0 } : row, outcome: { kind: 'token', rise: 0, isNew: isBelow, left } };
  }
  return { row: rules.undoesReuse ? row : ended(row, 'reuse_detected'), outcome: REUSE };
}

function risen(row: Row, rise: number, rules: Rules): { readonly row: Row; readonly outcome: Outcome } {
  const idle = rules.passesAbsolute ? IDLE : Math.min(IDLE, row.absolute);
  const left = Math.min(idle, row.absolute);
  return { row: { ...row, age: 0, idle }, outcome: { kind: 'token', rise, isNew: true, left } };
}

/** Ends the session, unless it is over by word already: the first reason stays. */
export const ended = (row: Row, end: End): Row => (row.end === null ? { ...row, end } : row);

/** The row `ticks` later, as nobody touched it. */
export const older = (row: Row, ticks: number): Row => ({
  ...row,
  age: row.age === null ? null : Math.min(GRACE, row.age + ticks),
  idle: Math.max(0, row.idle - ticks),
  absolute: Math.max(0, row.absolute - ticks),
});
