import { fail, type Result, succeed } from './failures';
import { isVisible } from './invisible';

export type NameFault = 'too_long' | 'control_characters' | 'invisible';

/** In characters as Unicode counts them, whatever they take in memory. */
export const MAX_NAME_LENGTH = 80;

/**
 * Controls, ends of lines, halves of characters, and formats that nobody sees: marks and overrides of direction, with which
 * a name would turn the text around it, and tags, in which text can hide. The two joiners are left, which Persian, the
 * scripts of India and some emoji are written with.
 */
const FORBIDDEN = /[\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{C}/u;

/** A name as people write it: NFC, without spaces at its ends; null when nothing is left of it. */
export function readPersonName(text: string): Result<string | null, NameFault> {
  const name = text.normalize('NFC').trim();
  if (name === '') return succeed(null);
  if (FORBIDDEN.test(name)) return fail('control_characters');
  if (!isVisible(name)) return fail('invisible');
  return [...name].length > MAX_NAME_LENGTH ? fail('too_long') : succeed(name);
}
