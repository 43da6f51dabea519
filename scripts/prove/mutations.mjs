// @ts-check
// `npm run prove -- mutations [--since=REF | --in=PATH | --full]`: changes lib/core and lib/verifier in small ways, one at a
// time, and asks their unit tests whether they notice. What no test notices has to stand in tests/mutation/survivors.json.
//
// Without --full it changes the files that are not as they were at REF (the last tag, or else twenty commits ago), and those
// whose own tests are not; --in those at or below a path. --full changes all of them, from nothing: other runs take over what
// earlier ones killed in a file that is as it was, by a test that is, and what both of them use may have changed.
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { printed } from '../bench-tables.mjs';
import { Failure } from '../failure.mjs';
import { ROOT, runScript } from '../processes.mjs';
import { INCREMENTAL } from '../stryker.mjs';
import { runMutants } from './mutant-runs.mjs';
import {
  allFiles,
  changedFiles,
  forgetOldResults,
  givenTo,
  isBelow,
  placeOf,
  STRICT,
  usualRef,
} from './mutated-files.mjs';
import { compare, countsOf, noticedOf, survivorsOf } from './survivors.mjs';

const LIST = 'tests/mutation/survivors.json';
const COLUMNS = [
  'where',
  'mutants',
  'killed',
  'timed out',
  'survived',
  'no test',
  'equivalent',
  'not worth a test',
  'not listed',
];

/** @returns {import('./survivors.mjs').Listed[]} */
const listed = () => JSON.parse(readFileSync(path.join(ROOT, LIST), 'utf8'));

/** @param {readonly string[]} args @returns {Promise<{ files: string[], whatFor: string }>} */
async function choose(args) {
  if (args.includes('--full')) return { files: allFiles(), whatFor: 'all' };
  const below = givenTo(args, '--in');
  if (below !== null) return { files: allFiles().filter((file) => isBelow(file, below)), whatFor: `those of ${below}` };
  const ref = givenTo(args, '--since') ?? (await usualRef());
  return { files: await changedFiles(ref), whatFor: `those changed since ${ref}` };
}

/**
 * One line of the table of all proofs: what came of the mutants of one place.
 *
 * @param {string} place
 * @param {import('./survivors.mjs').Counts} counts
 * @param {number} explained How many survivors the list explains.
 * @param {string} whatFor
 */
function tell(place, counts, explained, whatFor) {
  const file = process.env['HANDSTAMP_PROOF_LINES'];
  if (file === undefined) return;
  const left = counts.mutants - noticedOf(counts);
  const note = `${whatFor}: ${counts.timedOut} by running out of time; ${left} survive, ${explained} of them listed with a reason`;
  const line = { what: `mutants of ${place} are noticed`, tried: counts.mutants, held: noticedOf(counts), note };
  appendFileSync(file, `${JSON.stringify(line)}\n`);
}

/**
 * Prints what came of it, and gives what is wrong in sentences.
 *
 * @param {import('./survivors.mjs').Report} report
 * @param {readonly import('./survivors.mjs').Listed[]} list
 * @param {readonly string[]} files
 * @param {string} whatFor
 */
function judge(report, list, files, whatFor) {
  const { unlisted, stale, unexplained, found } = compare(survivorsOf(report, files), list, files, (file) =>
    existsSync(path.join(ROOT, file)),
  );
  const faults = [
    ...unlisted.map(({ lines: _, ...one }) => `Survived, and not listed: ${JSON.stringify(one)}`),
    ...stale.map(({ file, line, replacement }) => `Listed, and no survivor: ${file}, "${line}" → "${replacement}"`),
    ...unexplained.map(({ file, line }) => `Listed without a reason: ${file}, "${line}"`),
  ];
  const places = [...new Set(files.map(placeOf))].sort((a, b) => rank(a) - rank(b));
  const rows = places.map((place) => {
    const here = (/** @type {{ file: string }} */ { file }) => placeOf(file) === place;
    const own = files.filter((file) => placeOf(file) === place);
    const counts = countsOf(report, own);
    const explained = found.filter(here);
    const equivalent = explained.filter(({ isEquivalent }) => isEquivalent).length;
    tell(place, counts, explained.length, whatFor);
    if (counts.broken > 0) faults.push(`${counts.broken} mutants of ${place} could not be run.`);
    const isWhole = allFiles().filter((file) => placeOf(file) === place).length === own.length;
    const share = noticedOf(counts) / counts.mutants;
    if (STRICT.places.includes(place) && isWhole && share < STRICT.leastShare) {
      faults.push(`${(100 * share).toFixed(1)} % of the mutants of ${place} are noticed: too few.`);
    }
    const numbers = [
      ...[counts.mutants, counts.killed, counts.timedOut, counts.mutants - noticedOf(counts) - counts.uncovered],
      ...[counts.uncovered, equivalent, explained.length - equivalent, unlisted.filter(here).length],
    ];
    return [place, ...numbers.map(String)];
  });
  console.log(printed({ heading: `Mutants of ${files.length} files (${whatFor})`, columns: COLUMNS, rows, notes: [] }));
  return faults;
}

/** Strict places come first, as they are written; the others as they come. */
const rank = (/** @type {string} */ place) => {
  const at = STRICT.places.indexOf(place);
  return at < 0 ? STRICT.places.length : at;
};

async function main() {
  const args = process.argv.slice(2);
  const { files, whatFor } = await choose(args);
  if (files.length === 0) return console.log(`Nothing to change: ${whatFor} are none.`);
  if (args.includes('--full')) rmSync(INCREMENTAL, { force: true });
  forgetOldResults(INCREMENTAL);
  const list = listed();
  const faults = judge(await runMutants(files, list), list, files, whatFor);
  for (const fault of faults) console.log(fault);
  if (faults.length > 0) throw new Failure(`${faults.length} faults of the tests, or of ${LIST}.`);
}

await runScript(main);
