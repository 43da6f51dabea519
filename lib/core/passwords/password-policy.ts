import { fail, type Result, succeed } from '../failures';
import { COMMON_PARTS } from './common-passwords';
import { markRuns } from './keyboard-runs';

/** Why a password is refused. NIST SP 800-63B-4 §3.1.1.2: the reason is told. */
export const PASSWORD_FAULTS = ['too_short', 'too_long', 'common', 'contains_context', 'repetitive'] as const;
export type PasswordFault = (typeof PASSWORD_FAULTS)[number];

/** In Unicode code points after NFC. */
export const MAX_PASSWORD_LENGTH = 128;

const MIN_DISTINCT_CHARACTERS = 5;
/** Characters that must be left when everything guessable is taken out. */
const MIN_OWN_CHARACTERS = 6;
const MIN_CONTEXT_WORD = 4;

const LEET: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

/** What an attacker would know: whose account it is, and where. */
export type PasswordContext = {
  readonly siteName: string;
  readonly email: string;
  readonly name?: string | undefined;
};

/**
 * Checks a password: length in code points, not built of common or of account words, not a repetition. No composition
 * rules. The text is judged as typed (after NFC), never changed.
 */
export function checkPassword(
  password: string,
  context: PasswordContext,
  minLength: number,
): Result<void, PasswordFault> {
  const characters = [...password.normalize('NFC')];
  if (characters.length < minLength) return fail('too_short');
  if (characters.length > MAX_PASSWORD_LENGTH) return fail('too_long');
  if (new Set(characters.map((character) => character.toLowerCase())).size < MIN_DISTINCT_CHARACTERS)
    return fail('repetitive');
  if (isRepetition(characters.join('').toLowerCase())) return fail('repetitive');
  const contextWords = wordsOf(context);
  if (ownCharacters(characters, COMMON_PARTS) < MIN_OWN_CHARACTERS) return fail('common');
  const withContext = ownCharacters(characters, [...COMMON_PARTS, ...contextWords]);
  return withContext < MIN_OWN_CHARACTERS ? fail('contains_context') : succeed(undefined);
}

/** True for one piece of up to a third of the text, again and again: `abcabcabcabcabc`. */
function isRepetition(text: string): boolean {
  for (let length = 1; length <= text.length / 3; length += 1) {
    const piece = text.slice(0, length);
    if (piece.repeat(Math.ceil(text.length / length)).slice(0, text.length) === text) return true;
  }
  return false;
}

function wordsOf({ siteName, email, name }: PasswordContext): string[] {
  const words = `${siteName} ${email} ${name ?? ''}`
    .normalize('NFC')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u);
  return words.filter((word) => word.length >= MIN_CONTEXT_WORD);
}

/**
 * How many characters are the person's own: in none of `parts`, read plainly or with look-alikes undone, and in no run.
 * Letters and digits count each time, a picture once, punctuation never: everybody ends a password with it.
 */
function ownCharacters(characters: readonly string[], parts: readonly string[]): number {
  const plain = characters.map((character) => character.toLowerCase());
  const undone = plain.map((character) => LEET[character] ?? character);
  const isCovered = new Array<boolean>(plain.length).fill(false);
  markRuns(plain, isCovered);
  for (const reading of [plain, undone]) {
    for (const part of parts) cover(reading, [...part], isCovered);
  }
  const own = plain.filter((_, at) => !isCovered[at]);
  const letters = own.filter((character) => /[\p{L}\p{N}]/u.test(character));
  const pictures = new Set(own.filter((character) => /\p{So}/u.test(character)));
  return letters.length + pictures.size;
}

function cover(text: readonly string[], part: readonly string[], isCovered: boolean[]): void {
  for (let start = 0; start + part.length <= text.length; start += 1) {
    if (part.every((character, at) => text[start + at] === character)) isCovered.fill(true, start, start + part.length);
  }
}
