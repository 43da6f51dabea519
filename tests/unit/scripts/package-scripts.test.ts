import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync('package.json', 'utf8'));

test('no shell stands between npm and the program of a script: it would take the signals and die alone', () => {
  const last = (command: string) => command.split('&&').at(-1)?.trim() ?? '';
  expect(Object.keys(scripts).filter((name) => !last(scripts[name] ?? '').startsWith('exec '))).toEqual([]);
});

test('Windows, whose shell has no `exec`, finds one', () => {
  expect(existsSync('exec.cmd')).toBe(true);
});
