/**
 * Characters that fonts draw as nothing, or as a blank, though they are no spaces: what Unicode lets a renderer ignore
 * (Default_Ignorable_Code_Point: zero widths, fillers of Hangul, variation selectors, tags), and blanks that are letters
 * or signs by their category: braille without dots, a musical note without a head, fillers of Khitan and Egyptian.
 */
const BLANK = String.raw`\p{Default_Ignorable_Code_Point}\u{2800}\u{1d159}\u{16fe4}\u{13441}\u{13442}`;

const INVISIBLE = new RegExp(`[${BLANK}]`, 'u');

/** Neither drawn as nothing, nor a space, a control or half a character, nor a mark that needs another one to stand on. */
const VISIBLE = new RegExp(`[^${BLANK}\\s\\p{Z}\\p{C}\\p{M}]`, 'u');

/** True when some character of the text is drawn as nothing: two texts that look alike may then differ. */
export const hidesCharacters = (text: string): boolean => INVISIBLE.test(text);

/** True when a reader sees anything of the text. */
export const isVisible = (text: string): boolean => VISIBLE.test(text);
