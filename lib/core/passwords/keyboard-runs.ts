/** Keys of a row with the horizontal place of its first key, in key widths. */
const ROWS: readonly (readonly [keys: string, offset: number])[] = [
  ['1234567890', 0],
  ['qwertyuiop', 0.5],
  ['asdfghjkl', 0.75],
  ['zxcvbnm', 1.25],
];
const PLACES = new Map(ROWS.flatMap(([keys, x], y) => [...keys].map((key, at) => [key, { x: x + at, y }] as const)));

const MIN_RUN = 4;

/**
 * Marks the characters that only follow one another: the same again, the next or previous of an alphabet, or a
 * neighbour on the keyboard, four or more in a row. `1qaz2wsx`, `aabbcc` and `poiuyt` are such runs.
 */
export function markRuns(characters: readonly string[], isCovered: boolean[]): void {
  let start = 0;
  for (let at = 1; at <= characters.length; at += 1) {
    if (at < characters.length && follows(characters[at - 1] ?? '', characters[at] ?? '')) continue;
    if (at - start >= MIN_RUN) isCovered.fill(true, start, at);
    start = at;
  }
}

function follows(before: string, after: string): boolean {
  if (before === after) return true;
  const isLetterOrDigit = /^[\p{L}\p{N}]$/u.test(before) && /^[\p{L}\p{N}]$/u.test(after);
  if (isLetterOrDigit && Math.abs((before.codePointAt(0) ?? 0) - (after.codePointAt(0) ?? 0)) === 1) return true;
  const from = PLACES.get(before);
  const to = PLACES.get(after);
  return from !== undefined && to !== undefined && Math.abs(from.y - to.y) <= 1 && Math.abs(from.x - to.x) <= 1;
}
