import fc from 'fast-check';

/** Above every header that Node's server lets through, so that work which grows faster than its text takes long. */
const LONG = 16_384;

/** Characters that parsers stumble over: signs that mean something, ends of lines, NUL, halves of characters, wide digits. */
const SIGNS = [
  ...' \t\r\n\0"\'`<>()[]{}.,;:=&?/\\%+-_*@#~|!$^',
  ...['%00', '%2f', '%5c', '%', '..', '//', '\u00a0', '\u200b', '\u202e', '\ufeff', '\ud800', '\udc00', '\u0661'],
  ...['\uff11', '\u0131', '\u212a', 'ß', '\u0345', '💌', '__proto__', 'constructor', 'Bearer ', 'W/"', '0x', '1e400'],
];
const sign = fc.constantFrom(...SIGNS);

/** A short piece, again and again: what takes time of a pattern that backtracks. */
const repeated = fc
  .tuple(fc.oneof(sign, fc.string({ maxLength: 3 })), fc.integer({ min: 1, max: LONG }), sign)
  .map(([piece, length, end]) => piece.repeat(Math.ceil(length / Math.max(1, piece.length))).slice(0, length) + end);

/** Any text that a program can hold, halves of characters too. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: fc.string() },
  { weight: 12, arbitrary: fc.string({ unit: 'binary' }) },
  {
    weight: 6,
    arbitrary: fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
  },
  {
    weight: 12,
    arbitrary: fc.array(fc.oneof(sign, fc.string({ maxLength: 4 })), { maxLength: 12 }).map((all) => all.join('')),
  },
  { weight: 3, arbitrary: fc.string({ unit: 'grapheme', maxLength: 80 }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 1_000 }) },
);

/** As `anyText`, and now and then one as long as a header can be. Not for what a caller has bounded before. */
export const longText: fc.Arbitrary<string> = fc.oneof(
  { weight: 60, arbitrary: anyText },
  { weight: 1, arbitrary: repeated },
);

/** A text as a header can hold it: bytes, and none of them the end of a line. */
export const headerText: fc.Arbitrary<string> = longText.map((text) =>
  [...text]
    .map((letter) => String.fromCharCode((letter.codePointAt(0) ?? 0) & 0xff))
    .join('')
    .replace(/[\0\r\n]/g, ''),
);

/** As UTF-8 can say it: half of a character becomes the sign that replaces it. */
export const wellFormed = (text: string): string => Buffer.from(text).toString();

export const anyBytes: fc.Arbitrary<Uint8Array<ArrayBuffer>> = fc
  .uint8Array({ maxLength: 200 })
  .map((bytes) => new Uint8Array(bytes));

/** What JSON can say, with the names that programs read. */
export const jsonWith = (...names: readonly string[]): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 1, arbitrary: fc.jsonValue() },
    { weight: 4, arbitrary: recordWith(names, fc.oneof(fc.jsonValue({ maxDepth: 2 }), anyText)) },
  );

/** Any of the names, each with any value, and some that nobody reads. */
export const recordWith = (
  names: readonly string[],
  value: fc.Arbitrary<unknown>,
): fc.Arbitrary<Record<string, unknown>> =>
  fc.dictionary(
    fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: fc.string() }),
    value,
  );

type Edit = readonly [at: number, kind: number, text: string];

/**
 * A text that is nearly right: `valid` with one to three edits, of which each drops, adds, doubles, turns round or replaces
 * something, or ends the text there. About one in six is right after all.
 */
export const nearly = (valid: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(
      valid,
      fc.array(fc.tuple(fc.nat(), fc.nat(6), fc.oneof(sign, fc.string({ maxLength: 2 }))), { maxLength: 3 }),
    )
    .map(([text, edits]) => edits.reduce(edited, text));

function edited(text: string, [place, kind, piece]: Edit): string {
  const at = text.length === 0 ? 0 : place % text.length;
  const [before, letter, after] = [text.slice(0, at), text.slice(at, at + 1), text.slice(at + 1)];
  switch (kind) {
    case 0:
      return before + after;
    case 1:
      return before + piece + letter + after;
    case 2:
      return before + letter + letter + after;
    case 3:
      return before + piece + after;
    case 4:
      return before;
    case 5:
      return before + (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()) + after;
    default:
      return after + before;
  }
}

/** Mostly nearly right, or else anything. */
export const nearlyOrAny = (valid: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof({ weight: 3, arbitrary: nearly(valid) }, { weight: 1, arbitrary: longText });
