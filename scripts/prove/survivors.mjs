// @ts-check
// What came of mutants, and whether each that no test noticed stands in tests/mutation/survivors.json with its reason.

/**
 * @typedef {{ line: number, column: number }} Position Both counted from one.
 * @typedef {'Killed' | 'Timeout' | 'Survived' | 'NoCoverage' | 'RuntimeError' | 'CompileError' | 'Ignored' | 'Pending'} Status
 * @typedef {object} Mutant One small change of the code, as Stryker reports it.
 * @property {string} mutatorName
 * @property {string} [replacement]
 * @property {Status} status
 * @property {string} [statusReason]
 * @property {{ start: Position, end: Position }} location
 * @typedef {{ files: Record<string, { source: string, mutants: readonly Mutant[] }> }} Report
 *
 * @typedef {object} Survivor A mutant that no test noticed. It has no line number, which would be another one tomorrow.
 * @property {string} file
 * @property {string} line The text of the line on which it begins.
 * @property {string} mutator
 * @property {string} original What was replaced, with one space where there are several.
 * @property {string} replacement
 *
 * @typedef {Survivor & { lines: string }} Found `lines`: where it is at this moment, from and to.
 * @typedef {Survivor & { isEquivalent: boolean, reason: string }} Listed `isEquivalent`: no caller can tell it from the
 *   original. Else a test could, and is not worth its while.
 * @typedef {{ mutants: number, killed: number, timedOut: number, uncovered: number, broken: number }} Counts `killed` and
 *   `timedOut` were noticed; `broken` did not run at all and are no `mutants`.
 */

const NOTICED = ['Killed', 'Timeout'];
const UNNOTICED = ['Survived', 'NoCoverage'];
const LEAST_REASON = 20;

const oneLine = (/** @type {string} */ text) => text.replace(/\s+/g, ' ').trim();

/**
 * The mutants of these files that no test noticed.
 *
 * @param {Report} report
 * @param {readonly string[]} files
 */
export const survivorsOf = (report, files) => foundOf(report, files, UNNOTICED);

/**
 * The mutants of these files of which this came.
 *
 * @param {Report} report
 * @param {readonly string[]} files
 * @param {readonly string[]} statuses
 * @returns {Found[]}
 */
export function foundOf(report, files, statuses) {
  return files.flatMap((file) => {
    const { source = '', mutants = [] } = report.files[file] ?? {};
    const lines = source.split('\n');
    return mutants
      .filter(({ status }) => statuses.includes(status))
      .map(({ mutatorName, replacement = '', location: { start, end } }) => {
        const part = lines.slice(start.line - 1, end.line);
        part.push((part.pop() ?? '').slice(0, end.column - 1));
        const original = [(part[0] ?? '').slice(start.column - 1), ...part.slice(1)].join('\n');
        const line = oneLine(lines[start.line - 1] ?? '');
        return {
          ...{ file, line, mutator: mutatorName, original: oneLine(original), replacement: oneLine(replacement) },
          lines: `${start.line}-${end.line}`,
        };
      });
  });
}

const nameOf = (/** @type {Survivor} */ { file, line, mutator, original, replacement }) =>
  JSON.stringify([file, line, mutator, original, replacement]);

/**
 * What is wrong with the list: survivors that it lacks, and entries for which there is none, or no reason. Two survivors
 * alike need two entries. An entry is asked for its survivor only where its file was among `files`, or is gone.
 *
 * @param {readonly Found[]} survivors
 * @param {readonly Listed[]} listed
 * @param {readonly string[]} files Whose mutants were run.
 * @param {(file: string) => boolean} exists
 */
export function compare(survivors, listed, files, exists) {
  /** @type {Map<string, Listed[]>} */
  const open = new Map();
  for (const entry of listed) open.set(nameOf(entry), [...(open.get(nameOf(entry)) ?? []), entry]);
  /** @type {Found[]} */
  const unlisted = [];
  /** @type {Listed[]} */
  const found = [];
  for (const survivor of survivors) {
    const entry = open.get(nameOf(survivor))?.pop();
    if (entry === undefined) unlisted.push(survivor);
    else found.push(entry);
  }
  const stale = [...open.values()].flat().filter(({ file }) => files.includes(file) || !exists(file));
  const unexplained = listed.filter(({ reason }) => reason.trim().length < LEAST_REASON);
  return { unlisted, stale, unexplained, found };
}

/**
 * How many mutants of these files there were, and what came of them.
 *
 * @param {Report} report
 * @param {readonly string[]} files
 * @returns {Counts}
 */
export function countsOf(report, files) {
  const mutants = files.flatMap((file) => report.files[file]?.mutants ?? []);
  const statuses = mutants.map((mutant) => (failsToBegin(mutant) ? 'Killed' : mutant.status));
  const count = (/** @type {readonly string[]} */ ...named) => statuses.filter((one) => named.includes(one)).length;
  return {
    mutants: count(...NOTICED, ...UNNOTICED),
    killed: count('Killed'),
    timedOut: count('Timeout'),
    uncovered: count('NoCoverage'),
    broken: count('RuntimeError', 'CompileError', 'Pending'),
  };
}

/** What a file of tests does before its first one threw: that fails it too. Stryker has no test to name, and says so. */
const failsToBegin = (/** @type {Mutant} */ { status, statusReason = '' }) =>
  status === 'RuntimeError' && statusReason.includes('outside of a test run');

/** @param {Counts} counts */
export const noticedOf = ({ killed, timedOut }) => killed + timedOut;
