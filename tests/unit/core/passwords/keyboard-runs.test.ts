import { expect, test } from 'vitest';
import { markRuns } from '@/lib/core/passwords/keyboard-runs';

/** `text` with every character of a run replaced by a dot. */
function withoutRuns(text: string): string {
  const characters = [...text];
  const isCovered = new Array<boolean>(characters.length).fill(false);
  markRuns(characters, isCovered);
  return characters.map((character, at) => (isCovered[at] ? '.' : character)).join('');
}

test.each([
  ['the same again', 'xaaaax', 'x....x'],
  ['the alphabet', 'abcdefgh', '........'],
  ['the alphabet backwards', 'hgfedcba', '........'],
  ['digits', 'x3456x', 'x....x'],
  ['digits backwards', '9876', '....'],
  ['pairs', 'aabbccdd', '........'],
  ['a row of keys', 'qwerty', '......'],
  ['a row of keys backwards', 'poiuyt', '......'],
  ['a zigzag over the rows', '1qaz2wsx', '........'],
  ['another script', 'абвгд', '.....'],
  ['between others', 'mqwertm', 'm.....m'],
])('%s is a run', (_name, text, expected) => {
  expect(withoutRuns(text)).toBe(expected);
});

test.each(['', 'a', 'aaa', 'abc', 'violet', 'harbour', 'copper', 'keen', '蓝色的猫', '1357', 'adgj', '🦦🐙🦊🐸'])(
  '%j holds none',
  (text) => {
    expect(withoutRuns(text)).toBe(text);
  },
);

test('a mark that is there already stays', () => {
  const isCovered = [true, false];
  markRuns(['x', 'k'], isCovered);
  expect(isCovered).toEqual([true, false]);
});
