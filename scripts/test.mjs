// `npm test`: everything that CI runs, from a fresh clone. `npm test -- unit e2e` runs only those stages.
// The last line is always `N passed, N failed`: types and lint count as one each, the rest is what the runners report.
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { findChromium } from './chromium.mjs';
import { build, checkNode, generateClient, install } from './preparation.mjs';
import { elapsed, endOnSignals, Failure, finish, ROOT, startNode } from './processes.mjs';
import { findPython } from './python.mjs';

const reports = mkdtempSync(path.join(os.tmpdir(), 'handstamp-reports-'));
process.on('exit', () => rmSync(reports, { recursive: true, force: true }));

/** Settings of the developer's own shell must not reach the tests. */
const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' };
for (const name of [
  'DATABASE_URL',
  'AUTH_SECRET',
  'APP_ORIGIN',
  'INTERNAL_ORIGIN',
  'HANDSTAMP_DATA',
  'PORT',
  'NODE_ENV',
]) {
  delete env[name];
}

/** A stage gives its counts, or throws a Failure. */
const STAGES = {
  types: async () => {
    await finish(startNode(['node_modules/next/dist/bin/next', 'typegen'], { env }), 'next typegen failed.');
    await finish(startNode(['node_modules/typescript/bin/tsc', '--noEmit'], { env }), 'There are type errors.');
    return { passed: 1, failed: 0 };
  },
  lint: async () => {
    await finish(startNode(['node_modules/@biomejs/biome/bin/biome', 'check'], { env }), 'Biome found something.');
    return { passed: 1, failed: 0 };
  },
  unit: () => vitest('unit', 'edge'),
  build: async () => {
    await build(env);
    return { passed: 0, failed: 0 };
  },
  architecture: () => vitest('architecture'),
  integration: async () => {
    env['HANDSTAMP_PYTHON'] = await findPython();
    const chromium = await findChromium();
    if (chromium !== null) env['HANDSTAMP_CHROMIUM'] = chromium;
    return vitest('integration');
  },
  e2e: playwright,
};

/** These read or start the production build. */
const NEED_BUILD = ['architecture', 'integration', 'e2e'];

async function vitest(...projects) {
  const report = path.join(reports, `${projects[0]}.json`);
  const chosen = projects.flatMap((project) => ['--project', project]);
  const output = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const isClean = await runs(['node_modules/vitest/vitest.mjs', 'run', ...chosen, ...output], env);
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = await readReport(report);
  // A file that cannot be loaded has no tests to fail.
  const brokenFiles = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  return counted(isClean, numPassedTests, numFailedTests + brokenFiles.length, numPendingTests + numTodoTests);
}

async function playwright() {
  const report = path.join(reports, 'e2e.json');
  const chromium = await findChromium();
  const settings = { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report };
  if (chromium !== null) settings['HANDSTAMP_CHROMIUM'] = chromium;
  const args = ['node_modules/@playwright/test/cli.js', 'test', '--reporter=list,json'];
  const isClean = await runs(args, settings);
  const { stats } = await readReport(report);
  return counted(isClean, stats.expected, stats.unexpected + stats.flaky, stats.skipped);
}

/** A skipped test proves nothing: it counts as failed. So does a runner that fails although no test did. */
function counted(isClean, passed, failed, skipped) {
  if (skipped > 0) console.log(`${skipped} skipped: a test that does not run counts as failed.`);
  return { passed, failed: failed + skipped || (isClean ? 0 : 1) };
}

/** Runs a test runner whose output goes straight to the terminal; true when its exit code is 0. */
function runs(args, settings) {
  const ended = finish(startNode(args, { env: settings, output: 'inherit' }), 'failed');
  return ended.then(
    () => true,
    () => false,
  );
}

async function readReport(file) {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new Failure('The test runner ended without a report.');
  });
  return JSON.parse(text);
}

function chooseStages(names) {
  const unknown = names.filter((name) => !(name in STAGES));
  if (unknown.length > 0) {
    throw new Failure(`There is no stage "${unknown[0]}": choose from ${Object.keys(STAGES).join(', ')}.`);
  }
  if (names.length === 0) return Object.keys(STAGES);
  const needsBuild = names.some((name) => NEED_BUILD.includes(name));
  return Object.keys(STAGES).filter((name) => names.includes(name) || (name === 'build' && needsBuild));
}

async function main(total) {
  const stages = chooseStages(process.argv.slice(2));
  checkNode();
  process.chdir(ROOT);
  await install();
  await generateClient();
  for (const name of stages) {
    const startedAt = Date.now();
    console.log(`\n── ${name}`);
    const { passed, failed } = await STAGES[name]();
    total.passed += passed;
    total.failed += failed;
    console.log(`── ${name}: ${failed === 0 ? 'ok' : 'failed'} (${elapsed(startedAt)})`);
    if (failed > 0) return;
  }
}

endOnSignals();
const total = { passed: 0, failed: 0 };
try {
  await main(total);
} catch (error) {
  total.failed += 1;
  if (error instanceof Failure) console.log(`${error.output}\n${error.message}`.trim());
  else console.log(error);
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);
