import 'server-only';
import type { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { essenceOf } from '@/lib/core/passwords/password-policy';

/** How a password would be guessed: by words, names, sentences, runs and dates that guessers try first. */
export type Guessability = {
  /** Decimal logarithm of the guesses that its parts take, one after the other, in the cheapest way to split it. */
  readonly guessesLog10: number;
  /** One of the account's own words is among the parts. */
  readonly usesContext: boolean;
};

/** In UTF-16 units. The work grows with the square, and a text that is hard to guess up to here stays so. */
const MAX_JUDGED_LENGTH = 32;

/** A part that was there before costs ten guesses: where else it stands. */
const REPEATED_LOG10 = 1;

/**
 * Letters and what is put in their place: each sign stands for one letter, and a text is read so once. With more, the
 * library reads a text of digits in hundreds of ways, for 80 ms, and finds what the first has shown.
 */
const LOOK_ALIKES = { a: ['4', '@'], e: ['3'], i: ['1', '!'], o: ['0'], s: ['$', '5'], t: ['7'] };
const MAX_READINGS = 1;

/** The library keeps words in plain objects, which have this one by themselves, with a rank that is no number. */
const WORD_OF_ALL_OBJECTS = 'constructor';

/** In UTF-16 units: a shorter one is no password here. */
const MIN_LISTED_LENGTH = 8;

type Lists = {
  readonly estimator: ZxcvbnFactory;
  /** Passwords that were found in breaches, in lower case. */
  readonly breached: ReadonlySet<string>;
};

let lists: Promise<Lists> | undefined;

/**
 * How easily a password is guessed by somebody who knows `contextWords` (lower case). Asks no network, and takes at most a
 * few milliseconds whatever the text. The first call of a process loads the lists: number 11 of DECISIONS.md says what
 * they cost.
 */
export async function guessabilityOf(password: string, contextWords: readonly string[]): Promise<Guessability> {
  lists ??= load();
  const text = essenceOf(password).slice(0, MAX_JUDGED_LENGTH);
  const { sequence } = (await lists).estimator.check(text, [...contextWords, WORD_OF_ALL_OBJECTS]);
  const seen = new Set<string>();
  let guessesLog10 = 0;
  for (const { token, guessesLog10: own } of sequence) {
    guessesLog10 += seen.has(token) ? Math.min(own, REPEATED_LOG10) : own;
    seen.add(token);
  }
  return { guessesLog10, usesContext: sequence.some(({ matchedWord }) => contextWords.includes(matchedWord)) };
}

/**
 * Whether a password was found in breaches, as it is typed or in what is left of it (`essenceOf`), whatever its case. Rare
 * ones are in that list too, of which no part is a word that guessers try first.
 */
export async function isBreached(password: string): Promise<boolean> {
  lists ??= load();
  const { breached } = await lists;
  return breached.has(password.normalize('NFC').toLowerCase()) || breached.has(essenceOf(password));
}

/** Not before the first new password: most processes see none for long. */
async function load(): Promise<Lists> {
  const [{ ZxcvbnFactory }, common, english, { knownPhrases, mergedByRank }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-en'),
    import('./guessable-words'),
  ]);
  // Words to be drawn by dice stand in the order of the alphabet: their place says nothing of how common they are.
  const { 'diceware-common': _drawnByDice, ...ranked } = { ...common.dictionary, ...english.dictionary };
  const words = mergedByRank([...Object.values(ranked), knownPhrases()]);
  const passwords = common.dictionary['passwords-common'].map((entry) => String(entry).toLowerCase());
  const breached = new Set(passwords.filter(({ length }) => length >= MIN_LISTED_LENGTH));
  const estimator = new ZxcvbnFactory({
    dictionary: { words: [...words, WORD_OF_ALL_OBJECTS] },
    graphs: { qwerty: common.adjacencyGraphs.qwerty },
    l33tTable: LOOK_ALIKES,
    l33tMaxSubstitutions: MAX_READINGS,
    maxLength: MAX_JUDGED_LENGTH,
  });
  return { estimator, breached };
}
