import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ourModules } from './module-graph';

// Reads the production build: `npm test` makes it before these tests.
const scriptsBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => path.join(folder, file))
    .filter((file) => file.endsWith('.js'));
const filesWith = (files: readonly string[], mark: string): string[] =>
  files.filter((file) => readFileSync(file, 'utf8').includes(mark));

const EDGE = '.next/server/edge/';
const browser = scriptsBelow('.next/static');
const server = scriptsBelow('.next/server').filter((file) => !file.startsWith(EDGE));
const edge = scriptsBelow(EDGE);

/** Texts that survive minifying: of our sentences, of the English words, of the passwords, and of what reads them. */
const MARKS = ['once upon a time there was', 'firstnames-en', 'passwords-common', 'userInputs'] as const;

describe.each(MARKS)('the word lists of passwords, told by %j,', (mark) => {
  it('are in what the server loads', () => {
    expect(filesWith(server, mark)).not.toEqual([]);
  });

  it.each([
    ['browser', browser],
    ['edge', edge],
  ])('never reach the %s', (_where, files) => {
    expect(files.length).toBeGreaterThan(1);
    expect(filesWith(files, mark)).toEqual([]);
  });
});

it('the packages of word lists are named by one module of the server, which loads them when they are needed', () => {
  const naming = [...ourModules(process.cwd()).values()].filter(({ imports }) =>
    imports.some(({ target, isTypeOnly }) => target.startsWith('package:@zxcvbn-ts/') && !isTypeOnly),
  );
  expect(naming.map(({ file }) => file)).toEqual(['lib/server/passwords/guessability.ts']);
  const loading = [...(naming[0]?.text.matchAll(/import\('@zxcvbn-ts\/[\w-]+'\)/g) ?? [])];
  expect(loading).toHaveLength(3);
  expect(naming[0]?.text).not.toMatch(/^import (?!type)[^;]*'@zxcvbn-ts/m);
});
