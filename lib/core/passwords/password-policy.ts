import { fail, type Result, succeed } from '../failures';

/** Why a password is refused. NIST SP 800-63B-4 §3.1.1.2: the reason is told. */
export const PASSWORD_FAULTS = ['too_short', 'too_long', 'common', 'contains_context', 'repetitive'] as const;
export type PasswordFault = (typeof PASSWORD_FAULTS)[number];

/** In Unicode code points after NFC. */
export const MAX_PASSWORD_LENGTH = 128;

const MIN_DISTINCT_CHARACTERS = 5;
const MIN_CONTEXT_WORD = 4;

/** What an attacker would know: whose account it is, and where. */
export type PasswordContext = {
  readonly siteName: string;
  readonly email: string;
  readonly name?: string | undefined;
};

/**
 * Checks the form of a password: its length in code points, and that it is no repetition. No composition rules. The text
 * is judged as typed (after NFC), never changed. How easily it is guessed is judged in `lib/server/passwords`, where the
 * word lists are.
 */
export function checkPasswordForm(
  password: string,
  minLength: number,
): Result<void, 'too_short' | 'too_long' | 'repetitive'> {
  const characters = [...password.normalize('NFC')];
  if (characters.length < minLength) return fail('too_short');
  if (characters.length > MAX_PASSWORD_LENGTH) return fail('too_long');
  const text = characters.join('').toLowerCase();
  const isRepetition = new Set(text).size < MIN_DISTINCT_CHARACTERS || timesRepeated(text) >= 3;
  return isRepetition ? fail('repetitive') : succeed(undefined);
}

/** How often one piece at the start fills the text, again and again, the last time perhaps in part: `abcabcab` 2.67. */
function timesRepeated(text: string): number {
  for (let length = 1; length < text.length; length += 1) {
    if (text.startsWith(text.slice(length))) return text.length / length;
  }
  return 1;
}

/** A text that shrinks so far without its doubles is made of them, and not of words that have some. */
const MADE_OF_DOUBLES = 2 / 3;

/**
 * What a guesser has to find of a password: its text in lower case, without what stands between words and what ends
 * a sentence; of doubled characters one, where it is made of them; of a piece that is written twice, one.
 * `Copper-Lantern!` is `copperlantern`, `aabbccddee` is `abcde`.
 */
export function essenceOf(password: string): string {
  const joined = password
    .normalize('NFC')
    .toLowerCase()
    .replace(/[\s\-_.,:;|/\\'’]+|[!?]+$/gu, '');
  const single = joined.replace(/(.)\1+/gu, '$1');
  const text = single.length <= joined.length * MADE_OF_DOUBLES ? single : joined;
  const half = text.slice(0, text.length / 2);
  return half + half === text ? half : text;
}

/** The words of four letters and more that an attacker knows from the account: lower case, after NFC. */
export function contextWords({ siteName, email, name }: PasswordContext): string[] {
  const words = `${siteName} ${email} ${name ?? ''}`
    .normalize('NFC')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u);
  return words.filter((word) => word.length >= MIN_CONTEXT_WORD);
}
