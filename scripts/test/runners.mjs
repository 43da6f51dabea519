// @ts-check
// The test runners. What they print goes straight to the terminal; what they counted is read from their reports.
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Failure } from '../failure.mjs';
import { finish, ROOT, startNode } from '../processes.mjs';
import { absences, counted, testFilesBelow } from './completeness.mjs';
import { REPORT_VARIABLE } from './reporter.mjs';

/**
 * @typedef {{ name: string, milliseconds: number }} Timing One test, and how long it took.
 * @typedef {{ name: string, error: string }} TestFailure One test or file, and what it said first.
 * @typedef {{ passed: number, failed: number, timings: Timing[], failures: TestFailure[] }} Outcome What a stage counted.
 * @typedef {{ duration: number, error?: { message?: string } }} PlaywrightResult
 * @typedef {{ title: string, file: string, ok: boolean, tests: { results: PlaywrightResult[] }[] }} PlaywrightSpec
 * @typedef {{ specs?: PlaywrightSpec[], suites?: PlaywrightSuite[] }} PlaywrightSuite
 * @typedef {{ stats: Record<'expected' | 'unexpected' | 'flaky' | 'skipped', number> } & PlaywrightSuite} PlaywrightReport
 */

const E2E = 'tests/e2e';

const reports = mkdtempSync(path.join(os.tmpdir(), 'handstamp-reports-'));
process.on('exit', () => rmSync(reports, { recursive: true, force: true }));

/**
 * Runs projects of vitest.config.ts.
 *
 * @param {readonly import('./completeness.mjs').Part[]} parts
 * @param {NodeJS.ProcessEnv} env
 * @param {{ mayBeLeftOut?: (file: string) => boolean, root?: string, filters?: readonly string[] }} [options]
 *   `mayBeLeftOut` is true for files that cannot run on this machine; of several `filters` a path must contain one.
 * @returns {Promise<Outcome>}
 */
export async function vitest(parts, env, { mayBeLeftOut = () => false, root = ROOT, filters = [] } = {}) {
  const projects = parts.flatMap((part) => part.projects);
  const report = path.join(reports, `${projects[0]}.json`);
  const chosen = projects.flatMap((project) => ['--project', project]);
  const output = ['--reporter=default', `--reporter=${path.join(ROOT, 'scripts/test/reporter.mjs')}`];
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--root', root, ...chosen, ...output, ...filters];
  const isClean = await runs(args, { ...env, [REPORT_VARIABLE]: report });
  /** @type {import('./reporter.mjs').Report} */
  const { tests, broken } = await readReport(report);
  const count = (/** @type {string} */ state) => tests.filter((test) => test.state === state).length;
  const unloaded = broken.map(({ file }) => file);
  const absent = absences(parts, tests, (folder) =>
    testFilesBelow(root, folder).filter((file) => !mayBeLeftOut(file) && !unloaded.includes(file)),
  );
  const counts = conclude({
    ...{ isClean, passed: count('passed'), failed: count('failed') + broken.length },
    ...{ skipped: tests.length - count('passed') - count('failed'), absences: absent },
  });
  const named = tests.map((test) => ({ ...test, name: `${test.file} › ${test.name}` }));
  const failures = [
    ...named.filter(({ state }) => state === 'failed'),
    ...broken.map(({ file, error }) => ({ name: file, error })),
  ];
  return { ...counts, timings: named, failures };
}

/**
 * Runs the end-to-end tests.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Outcome>}
 */
export async function playwright(env) {
  const report = path.join(reports, 'e2e.json');
  const args = ['node_modules/@playwright/test/cli.js', 'test', '--reporter=list,json'];
  const isClean = await runs(args, { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report });
  /** @type {PlaywrightReport} */
  const { stats, suites = [] } = await readReport(report);
  const specs = suites.flatMap(specsOf).map((spec) => ({ ...spec, file: `${E2E}/${spec.file}` }));
  const counts = conclude({
    ...{ isClean, passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped },
    absences: absences(
      [{ projects: ['e2e'], folders: [E2E] }],
      specs.map(({ file }) => ({ project: 'e2e', file })),
      (folder) => testFilesBelow(ROOT, folder),
    ),
  });
  const named = specs.map(({ file, title, ok, tests }) => {
    const results = tests.flatMap((test) => test.results);
    const milliseconds = results.reduce((sum, { duration }) => sum + duration, 0);
    return {
      name: `${file} › ${title}`,
      ok,
      milliseconds,
      error: results.find(({ error }) => error)?.error?.message ?? '',
    };
  });
  return { ...counts, timings: named, failures: named.filter(({ ok }) => !ok) };
}

/** @param {PlaywrightSuite} suite @returns {PlaywrightSpec[]} */
const specsOf = ({ specs = [], suites = [] }) => [...specs, ...suites.flatMap(specsOf)];

/**
 * Says what did not run, and counts it.
 *
 * @param {{ isClean: boolean, passed: number, failed: number, skipped: number, absences: readonly string[] }} run
 */
function conclude({ absences: sentences, ...run }) {
  if (run.skipped > 0) console.log(`${run.skipped} skipped: a test that does not run counts as failed.`);
  for (const sentence of sentences) console.log(`Not run, which counts as failed: ${sentence}.`);
  return counted({ ...run, absent: sentences.length });
}

/**
 * Runs a program whose output goes straight to the terminal; true when its exit code is 0.
 *
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
function runs(args, env) {
  const ended = finish(startNode(args, { env, output: 'inherit' }), 'failed');
  return ended.then(
    () => true,
    () => false,
  );
}

/** @param {string} file */
async function readReport(file) {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new Failure('The test runner ended without a report.');
  });
  return JSON.parse(text);
}
