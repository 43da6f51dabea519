// @ts-check
// `npm test`: everything that CI runs, from a fresh clone. `npm test -- unit e2e` runs only those stages, and
// `npm test -- rehearsals` what takes too long for every run. `--install` installs what is missing, on Debian as root; so
// does CI=true.
// The last line is always `N passed, N failed`: types and lint count as one each, the rest is what the runners report.
import { stripVTControlCharacters } from 'node:util';
import { Failure } from './failure.mjs';
import { checkNode, generateClient, install } from './preparation.mjs';
import { endOnSignals, ROOT } from './processes.mjs';
import { elapsed, seconds } from './progress.mjs';
import { provide } from './requirements.mjs';
import { stageEnvironment } from './test/environment.mjs';
import { chooseStages } from './test/stages.mjs';

const SLOWEST = 10;

/** Of each failure, in the list at the end. The whole of it stands where the test ran. */
const ERROR_LINES = 6;

/** @type {import('./test/runners.mjs').Outcome} */
const total = { passed: 0, failed: 0, timings: [], failures: [] };
/** @type {string[]} */
const stageTimes = [];

/** @param {unknown} error */
function showFailure(error) {
  total.failed += 1;
  if (error instanceof Failure) console.log(`${error.output}\n${error.message}`.trim());
  else console.log(error);
}

/**
 * Runs one stage and adds what it counted.
 *
 * @param {string} name
 * @param {import('./test/stages.mjs').Stage} stage
 * @param {NodeJS.ProcessEnv} env
 */
async function runStage(name, stage, env) {
  const startedAtMs = Date.now();
  const failedBefore = total.failed;
  console.log(`\n── ${name}`);
  try {
    const { passed, failed, timings, failures } = await stage.run(env);
    total.passed += passed;
    total.failed += failed;
    total.timings.push(...timings);
    total.failures.push(...failures);
  } catch (error) {
    showFailure(error);
  }
  const isOk = total.failed === failedBefore;
  stageTimes.push(`${name} ${elapsed(startedAtMs)}`);
  console.log(`── ${name}: ${isOk ? 'ok' : 'failed'} (${elapsed(startedAtMs)})`);
  return isOk;
}

async function main() {
  const stages = chooseStages(process.argv.slice(2).filter((arg) => arg !== '--install'));
  checkNode();
  process.chdir(ROOT);
  await install();
  await generateClient();
  const requirements = new Set(stages.flatMap(([, stage]) => stage.requirements ?? []));
  const { env: places, missing } = await provide([...requirements], 'npm test');
  for (const { what, command } of missing) console.log(`Not here, so its tests are not run: ${what} (${command}).`);
  const env = { ...stageEnvironment(process.env), ...places };
  let isBuilt = true;
  for (const [name, stage] of stages) {
    // A stage that fails hides nothing of the others, except of those that need what it makes.
    if (stage.needsBuild && !isBuilt) {
      console.log(`\n── ${name}: not run, because there is no build`);
      continue;
    }
    if (stage.isNothingWithout && missing.includes(stage.isNothingWithout)) {
      console.log(`\n── ${name}: not run, without ${stage.isNothingWithout.what}`);
      continue;
    }
    const isOk = await runStage(name, stage, env);
    if (name === 'build') isBuilt = isOk;
  }
}

/** Says once more what failed: who reads the end of a long log need not look for it. */
function showFailures() {
  if (total.failures.length > 0) console.log('\nWhat failed:');
  for (const { name, error } of total.failures) {
    const lines = stripVTControlCharacters(error).split('\n').slice(0, ERROR_LINES);
    console.log([`  ${name}`, ...lines.map((line) => `    ${line}`)].join('\n'));
  }
}

/** Says where the time went. */
function showTimes() {
  const slowest = total.timings.sort((a, b) => b.milliseconds - a.milliseconds).slice(0, SLOWEST);
  if (slowest.length > 0) console.log('\nThe slowest tests:');
  for (const { name, milliseconds } of slowest) console.log(`${seconds(milliseconds).padStart(9)}  ${name}`);
  if (stageTimes.length > 0) console.log(`\nThe stages: ${stageTimes.join(', ')}`);
}

const startedAtMs = Date.now();
endOnSignals();
await main().catch(showFailure);
showTimes();
showFailures();
console.log(`\n${elapsed(startedAtMs)} in all`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);
