// @ts-check
// The test runners. What they print goes straight to the terminal; what they counted is read from their reports.
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Failure } from '../failure.mjs';
import { finish, ROOT, startNode } from '../processes.mjs';

/**
 * @typedef {{ name: string, milliseconds: number }} Timing One test, and how long it took.
 * @typedef {{ passed: number, failed: number, timings: Timing[] }} Outcome What a stage counted.
 * @typedef {{ fullName: string, status: string, duration?: number | null }} VitestTest
 * @typedef {{ name: string, status: string, assertionResults: VitestTest[] }} VitestFile
 * @typedef {{ title: string, file: string, tests: { results: { duration: number }[] }[] }} PlaywrightSpec
 * @typedef {{ specs?: PlaywrightSpec[], suites?: PlaywrightSuite[] }} PlaywrightSuite
 * @typedef {{ stats: Record<'expected' | 'unexpected' | 'flaky' | 'skipped', number> } & PlaywrightSuite} PlaywrightReport
 */

const reports = mkdtempSync(path.join(os.tmpdir(), 'handstamp-reports-'));
process.on('exit', () => rmSync(reports, { recursive: true, force: true }));

/**
 * Runs projects of vitest.config.ts.
 *
 * @param {readonly string[]} projects
 * @param {NodeJS.ProcessEnv} env
 * @param {(file: string) => boolean} mayBeLeftOut True for files whose tests leave themselves out on this machine.
 * @returns {Promise<Outcome>}
 */
export async function vitest(projects, env, mayBeLeftOut) {
  const report = path.join(reports, `${projects[0]}.json`);
  const chosen = projects.flatMap((project) => ['--project', project]);
  const output = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const isClean = await runs(['node_modules/vitest/vitest.mjs', 'run', ...chosen, ...output], env);
  /** @type {{ testResults: VitestFile[] }} */
  const { testResults } = await readReport(report);
  const files = testResults.map((file) => ({ ...file, name: path.relative(ROOT, file.name) }));
  const tests = files.flatMap(({ name, assertionResults }) =>
    assertionResults.map((test) => ({ file: name, ...test })),
  );
  // A file that cannot be loaded has no tests to fail.
  const broken = files.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0);
  const passed = tests.filter(({ status }) => status === 'passed');
  const failed = tests.filter(({ status }) => status === 'failed');
  const others = tests.filter(({ status }) => status !== 'passed' && status !== 'failed');
  const leftOut = others.filter(({ file }) => mayBeLeftOut(file));
  for (const { file, fullName } of leftOut) console.log(`not run: ${file} › ${fullName}`);
  const timings = tests.map(({ file, fullName, duration }) => ({
    name: `${file} › ${fullName}`,
    milliseconds: duration ?? 0,
  }));
  const counts = counted(isClean, passed.length, failed.length + broken.length, others.length - leftOut.length);
  return { ...counts, timings };
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
  const counts = counted(isClean, stats.expected, stats.unexpected + stats.flaky, stats.skipped);
  const timings = suites.flatMap(specsOf).map(({ file, title, tests }) => ({
    name: `tests/e2e/${file} › ${title}`,
    milliseconds: tests.flatMap(({ results }) => results).reduce((sum, { duration }) => sum + duration, 0),
  }));
  return { ...counts, timings };
}

/** @param {PlaywrightSuite} suite @returns {PlaywrightSpec[]} */
const specsOf = ({ specs = [], suites = [] }) => [...specs, ...suites.flatMap(specsOf)];

/**
 * A skipped test proves nothing: it counts as failed. So does a runner that fails although no test did, and one that
 * found no tests.
 *
 * @param {boolean} isClean
 * @param {number} passed
 * @param {number} failed
 * @param {number} skipped
 */
function counted(isClean, passed, failed, skipped) {
  if (skipped > 0) console.log(`${skipped} skipped: a test that does not run counts as failed.`);
  return { passed, failed: failed + skipped || (isClean && passed > 0 ? 0 : 1) };
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
