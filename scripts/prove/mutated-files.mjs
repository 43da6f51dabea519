// @ts-check
// Which files are changed by `npm run prove -- mutations`, and where they belong in its table.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Failure } from '../failure.mjs';
import { finish, ROOT, startProgram } from '../processes.mjs';

const MUTATED = ['lib/core', 'lib/verifier'];
/** Their folders are those of lib. */
const TESTS = ['core', 'middleware', 'verifier'].map((folder) => `tests/unit/${folder}`);
/**
 * What results depend on and Stryker does not look at: it compares what it changes, and the text of each test. What several
 * tests of a file share is in none of them.
 */
const TESTED_WITH = [
  ...filesBelow('tests/fixtures'),
  ...['package-lock.json', 'stryker.config.json', 'vitest.config.ts'].map((name) => `tests/mutation/${name}`),
  'package-lock.json',
];
const COMMITS_BACK = 20;

/** Where a decision about somebody's session is taken: of their mutants this share has to be noticed. */
export const STRICT = {
  places: ['lib/core/session', 'lib/core/token', 'lib/core/keys', 'lib/core/http/origin-check.ts', 'lib/verifier'],
  leastShare: 0.95,
};

/** The row of the table that a file counts in: a file that is strict alone, or its folder. */
export const placeOf = (/** @type {string} */ file) =>
  STRICT.places.includes(file) ? file : file.slice(0, file.lastIndexOf('/'));

/**
 * A glob for the tests of a place; empty, which is all tests, where it has none.
 *
 * @param {string} place
 */
export function testsOf(place) {
  const own = place.replace(/^lib\//, 'tests/unit/');
  if (own.endsWith('.ts')) return own.replace(/\.ts$/, '.test.ts');
  return existsSync(path.join(ROOT, own)) ? `${own}/*.test.ts` : '';
}

/** @param {string} folder @returns {string[]} */
function filesBelow(folder) {
  return readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}

export const allFiles = () => MUTATED.flatMap(filesBelow).filter((file) => file.endsWith('.ts'));

/** The last tag; where there is none, the commit of some time ago. */
export async function usualRef() {
  const tag = await git('describe', '--tags', '--abbrev=0').catch(() => '');
  return tag.trim() || `HEAD~${COMMITS_BACK}`;
}

/**
 * The files that are not as they were at `ref`, committed or not, and those whose tests are not.
 *
 * @param {string} ref
 */
export async function changedFiles(ref) {
  const places = ['--', ...MUTATED, ...TESTS];
  const tracked = await git('diff', '--name-only', '--diff-filter=d', ref, ...places);
  const added = await git('ls-files', '--others', '--exclude-standard', ...places);
  const changed = `${tracked}${added}`
    .split('\n')
    .map((file) => file.replace(/^tests\/unit\/(.+)\.test\.ts$/, 'lib/$1.ts'));
  return allFiles().filter((file) => changed.includes(file));
}

/** @param {string[]} args */
const git = (...args) =>
  finish(
    startProgram('git', args),
    `git ${args[0]} failed: the files that changed cannot be told. Use --since or --full.`,
  );

/**
 * Removes what earlier runs found out, unless all that it depends on is as it was.
 *
 * @param {string} results
 */
export function forgetOldResults(results) {
  const marker = `${results}.hash`;
  const hash = createHash('sha256');
  for (const file of TESTED_WITH) hash.update(`\0${file}\0`).update(readFileSync(path.join(ROOT, file)));
  const digest = hash.digest('hex');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === digest) return;
  rmSync(results, { force: true });
  mkdirSync(path.dirname(results), { recursive: true });
  writeFileSync(marker, digest);
}

/** True for a file at a path or below it. */
export const isBelow = (/** @type {string} */ file, /** @type {string} */ place) =>
  file === place || file.startsWith(`${place.replace(/\/$/, '')}/`);

/**
 * What an option says, such as the ref of `--since=REF`; null when it is not given.
 *
 * @param {readonly string[]} args
 * @param {string} name
 */
export function givenTo(args, name) {
  const value = args.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1);
  // What begins with a dash would be an option of git.
  if (value === '' || value?.startsWith('-')) throw new Failure(`${name} wants a value.`);
  return value ?? null;
}
