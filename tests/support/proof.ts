import { appendFileSync } from 'node:fs';

/** True below `npm run prove`: as much is tried as the promises say. Else as much as every run of `npm test` has time for. */
export const isWhole = process.env['HANDSTAMP_PROOF'] === 'whole';

/**
 * How often a race is run: as often as is promised below `npm run prove`, a fifth as often in `npm test`.
 *
 * @param whole Rounds.
 */
export const roundsOf = (whole: number): number => (isWhole ? whole : Math.ceil(whole / 5));

/**
 * All of them below `npm run prove` and in `npm test -- e2e-whole`; in `npm test` one, another for each `turn`: over all turns every one has been tried.
 */
export const allOrOne = <T>(all: readonly T[], turn: number): readonly T[] =>
  isWhole ? all : all.filter((_, at) => at === turn % all.length);

/** One line of the table that `npm run prove` prints. */
export type Proved = {
  /** What was tried, in words that tell it from every other line. */
  readonly what: string;
  readonly tried: number;
  /** Of those, how many came out as promised. */
  readonly held: number;
  /** What else has to be known, such as a depth or a seed. */
  readonly note?: string;
};

/** Says what was tried, for the table of `npm run prove`; elsewhere it does nothing. Assert as well: this counts, no more. */
export function proved(line: Proved): void {
  const file = process.env['HANDSTAMP_PROOF_LINES'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(line)}\n`);
}
