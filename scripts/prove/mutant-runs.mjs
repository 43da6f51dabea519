// @ts-check
// How mutants are run: the tests of their own folder are asked first, all others only about those that survive.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { INCREMENTAL, REPORT, runStryker } from '../stryker.mjs';
import { placeOf, testsOf } from './mutated-files.mjs';
import { compare, foundOf, survivorsOf } from './survivors.mjs';

/** @typedef {import('./survivors.mjs').Report} Report */

/** Tells tests/mutation/vitest.config.ts which tests there are, as globs with commas between them. */
const TESTS_VARIABLE = 'HANDSTAMP_MUTATION_TESTS';

/** @returns {Report} */
const reported = () => JSON.parse(readFileSync(REPORT, 'utf8'));

/**
 * Changes these files in every way, and gives what came of it. A mutant that is listed is asked of the tests of its own
 * folder only: whether others notice it changes nothing, and asking all of them takes long. One that ran out of time is run
 * once more: on a busy machine that says nothing.
 *
 * @param {readonly string[]} files
 * @param {readonly import('./survivors.mjs').Listed[]} list
 * @returns {Promise<Report>}
 */
export async function runMutants(files, list) {
  /** @type {Report} */
  const report = { files: {} };
  for (const place of new Set(files.map(placeOf))) {
    const own = files.filter((file) => placeOf(file) === place);
    await run(own, testsOf(place));
    for (const [file, one] of Object.entries(reported().files)) if (own.includes(file)) report.files[file] = one;
  }
  const { unlisted } = compare(survivorsOf(report, files), list, files, () => true);
  const again = [...unlisted, ...foundOf(report, files, ['Timeout'])];
  if (again.length === 0) return report;
  await run([...new Set(again.map(({ file, lines }) => `${file}:${lines}`))], '');
  return withLater(report, reported());
}

/** @param {readonly string[]} files @param {string} tests */
async function run(files, tests) {
  keepNoticed();
  rmSync(REPORT, { force: true });
  await runStryker(files, { ...process.env, [TESTS_VARIABLE]: tests });
}

/** Takes over from earlier runs what was killed, and no more: what survived may have tests since. */
function keepNoticed() {
  if (!existsSync(INCREMENTAL)) return;
  /** @type {Report} */
  const kept = JSON.parse(readFileSync(INCREMENTAL, 'utf8'));
  const files = Object.entries(kept.files).map(([file, one]) => [
    file,
    { ...one, mutants: one.mutants.filter(({ status }) => status === 'Killed') },
  ]);
  writeFileSync(INCREMENTAL, JSON.stringify({ ...kept, files: Object.fromEntries(files) }));
}

/**
 * The first report, with what the later one says of the same mutants in its place.
 *
 * @param {Report} first
 * @param {Report} later
 * @returns {Report}
 */
export function withLater(first, later) {
  const files = Object.entries(first.files).map(([file, one]) => {
    const again = new Map(later.files[file]?.mutants.map((mutant) => [identityOf(mutant), mutant]));
    return [file, { ...one, mutants: one.mutants.map((mutant) => again.get(identityOf(mutant)) ?? mutant) }];
  });
  return { files: Object.fromEntries(files) };
}

/** @param {import('./survivors.mjs').Mutant} mutant */
const identityOf = ({ mutatorName, replacement, location }) => JSON.stringify([mutatorName, replacement, location]);
