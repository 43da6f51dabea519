/** What people and keyboards put around digits: spaces, dashes, marks of direction, joiners, selectors of a look. */
const AROUND = /[\s\p{Z}\p{Pd}\p{Cf}\p{Default_Ignorable_Code_Point}\u2212]/gu;
const DIGIT = /\p{Nd}/u;

/**
 * A code of digits as it was meant, whatever it was typed or copied with: digits of every script and width become ASCII,
 * and what stands around them is dropped. Whether it has the shape of a code is the caller's question.
 */
export function readTypedCode(text: string): string {
  const characters = [...text.normalize('NFKC').replace(AROUND, '')];
  return characters.map((character) => (DIGIT.test(character) ? String(digitValue(character)) : character)).join('');
}

/** Digits of a script stand in one row, from zero to nine (The Unicode Standard §4.6), apart from those of others. */
function digitValue(digit: string): number {
  const point = digit.codePointAt(0) ?? 0;
  let first = point;
  while (DIGIT.test(String.fromCodePoint(first - 1))) first -= 1;
  return (point - first) % 10;
}
