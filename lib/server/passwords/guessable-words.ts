import 'server-only';
import sentences from './known-sentences.json';

/** Of each list: who tries rarer words tries very many. It keeps what is loaded small. */
const MOST_COMMON = 20_000;
/** In UTF-16 units. Longer entries are addresses and rubbish, and each place of a text is looked up in each length. */
const MAX_LENGTH = 24;

const MIN_WORDS = 3;
const MIN_PHRASE_LENGTH = 8;

/**
 * One list of several, the most common entry first, in lower case. An entry of more than one list stands where it is most
 * common. Single letters, and what is too long or too rare, are left out.
 */
export function mergedByRank(lists: readonly (readonly (string | number)[])[]): string[] {
  const rankOf = new Map<string, number>();
  for (const list of lists) {
    for (const [rank, entry] of list.slice(0, MOST_COMMON).entries()) {
      const word = String(entry).toLowerCase();
      if (word.length > 1 && word.length <= MAX_LENGTH) rankOf.set(word, Math.min(rank, rankOf.get(word) ?? rank));
    }
  }
  return [...rankOf].sort(([, one], [, other]) => one - other).map(([word]) => word);
}

/**
 * Every stretch of three words and more of sentences that everybody knows, without spaces: `quickbrownfox`, `ornottobe`.
 * Lists of words hold their words alone, and guessers have the sentences too.
 */
export function knownPhrases(): string[] {
  const stretches = sentences.flatMap((sentence) => {
    const words = sentence.split(' ');
    return words.flatMap((_, start) =>
      words.slice(start + MIN_WORDS - 1).map((_last, more) => words.slice(start, start + MIN_WORDS + more).join('')),
    );
  });
  return [...new Set(stretches)].filter(({ length }) => length >= MIN_PHRASE_LENGTH);
}
