// @ts-check
// Children of the scripts: none outlives the script that started it.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from './failure.mjs';
import { onParentGone } from './parent.mjs';

/** @typedef {import('node:child_process').ChildProcess} ChildProcess */

/** The folder of the repository. */
export const ROOT = path.resolve(fileURLToPath(new URL('..', import.meta.url)));

const PRELOAD = new URL(`./die-with-parent.mjs?parent=${process.pid}`, import.meta.url).href;
const KILL_AFTER_MS = 8_000;
const KEPT_OUTPUT = 20_000;

/** @type {Set<ChildProcess>} */
const living = new Set();

/**
 * Starts a Node program that ends when this script does.
 *
 * @param {string[]} args Flags and script, as after `node`.
 * @param {{ env?: NodeJS.ProcessEnv, output?: 'inherit' | 'pipe' | number, watchesStdin?: boolean, node?: string }} [options]
 *   `watchesStdin`: the program itself ends with its stdin; else a preload makes it. `node`: another Node than this one.
 */
export function startNode(
  args,
  { env = process.env, output = 'pipe', watchesStdin = false, node = process.execPath } = {},
) {
  const flags = watchesStdin ? args : ['--import', PRELOAD, ...args];
  return track(spawn(node, flags, { cwd: ROOT, env, stdio: ['pipe', output, output] }));
}

/**
 * Starts any program of this machine.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv }} [options]
 */
export function startProgram(command, args, { env = process.env } = {}) {
  return track(spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] }));
}

/** @param {ChildProcess} child */
function track(child) {
  living.add(child);
  // A write to a child that is gone is no error of ours.
  child.stdin?.on('error', () => undefined);
  const forget = () => living.delete(child);
  child.once('close', forget).once('error', forget);
  return child;
}

/**
 * Waits for the end of a child and fails with `sentence` unless its exit code is 0.
 *
 * @param {ChildProcess} child
 * @param {string} sentence
 * @returns {Promise<string>} Everything it printed, the last part if it was much.
 */
export function finish(child, sentence) {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk) => {
      output = (output + chunk).slice(-KEPT_OUTPUT);
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new Failure(`${sentence} (${error.message})`)));
    child.once('close', (code) => (code === 0 ? resolve(output) : reject(new Failure(sentence, output))));
  });
}

/**
 * Ends one child: politely, then for good.
 *
 * @param {ChildProcess} child
 * @returns {Promise<void>}
 */
function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
    child.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
    child.stdin?.end();
  });
}

/** Ends all children, the youngest first: servers before their database. */
export async function endAll() {
  for (const child of [...living].reverse()) await end(child);
}

let isEnding = false;

/** Ctrl-C and its relatives, and the end of the npm that started it, end the children, then this script. */
export function endOnSignals() {
  const end = async () => {
    if (isEnding) return;
    isEnding = true;
    await endAll();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
  onParentGone(end);
}

/**
 * Runs a script's main function: an expected failure is one sentence on stderr, and exit code 1.
 *
 * @param {() => Promise<void>} main
 */
export async function runScript(main) {
  endOnSignals();
  try {
    await main();
  } catch (error) {
    // The children are ending because this script is: no failure.
    if (isEnding) return;
    isEnding = true;
    await endAll();
    const { message, output } = error instanceof Failure ? error : { message: String(error), output: '' };
    if (output.trim()) console.error(`\n${output.trim().split('\n').slice(-25).join('\n')}`);
    console.error(`\n${message}`);
    process.exit(1);
  }
}
