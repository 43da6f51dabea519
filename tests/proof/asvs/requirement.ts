/** A test by its file and its name: the name of a test or of a group, or a beginning that no other name there has. */
export type NamedTest = { readonly file: string; readonly test: string };

/** One requirement of OWASP ASVS 5.0.0, in a line of our own, and what proves it or why nothing does. */
export type Requirement = {
  /** Chapter, section and number, such as `6.2.4`. */
  readonly id: string;
  readonly level: 1 | 2 | 3;
  /** Whether it applies whole, or where a part of it does, or where the product offers what it is about. */
  readonly applies: 'yes' | 'partly';
  readonly says: string;
} & ({ readonly provenBy: readonly NamedTest[] } | { readonly reason: string });

/** One that does not apply, and why. */
export type LeftOut = {
  readonly id: string;
  readonly level: 1 | 2 | 3;
  readonly says: string;
  readonly reason: string;
};

type Named = readonly [file: string, test: string];

const named = (tests: readonly Named[]): readonly NamedTest[] =>
  tests.map(([file, test]) => ({ file: `tests/${file}`, test }));

/** A requirement that applies, and the tests that prove it; their files are named below `tests/`. */
export const proven = (
  id: string,
  level: 1 | 2 | 3,
  says: string,
  ...tests: readonly [Named, ...Named[]]
): Requirement => ({ id, level, applies: 'yes', says, provenBy: named(tests) });

/** One that applies in part, or where the product offers what it is about, and the tests that prove that part. */
export const partly = (
  id: string,
  level: 1 | 2 | 3,
  says: string,
  ...tests: readonly [Named, ...Named[]]
): Requirement => ({ id, level, applies: 'partly', says, provenBy: named(tests) });

/** One that applies and that no test proves, with the reason in a sentence. */
export const unproven = (id: string, level: 1 | 2 | 3, says: string, reason: string): Requirement => ({
  id,
  level,
  applies: 'yes',
  says,
  reason,
});

/** One that applies neither whole nor in a part that is proven, and why. */
export const out = (id: string, level: 1 | 2 | 3, says: string, reason: string): LeftOut => ({
  id,
  level,
  says,
  reason,
});
