// @ts-check
// How one proof is run: test files in vitest, or a program of its own.
import { readFile } from 'node:fs/promises';
import { finish, startNode } from '../processes.mjs';
import { filesLeftOut } from '../test/optional-files.mjs';
import { vitest } from '../test/runners.mjs';

/**
 * Runs a proof, with its output on the terminal.
 *
 * @param {import('./proofs.mjs').Proof} proof
 * @param {readonly string[]} options Of the command line, for a program.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} file Where the proof writes its lines: see tests/support/proof.ts.
 * @returns {Promise<{ failed: number, lines: string }>}
 */
export async function runProof({ program, folders = [], projects = ['proof'] }, options, env, file) {
  const own = { ...env, HANDSTAMP_PROOF_LINES: file };
  const { failed } =
    program === undefined
      ? await vitest([{ projects, folders }], own, {
          mayBeLeftOut: (one) => filesLeftOut(env).includes(one),
          filters: folders,
        })
      : await runProgram(program, options, own);
  return { failed, lines: await readFile(file, 'utf8').catch(() => '') };
}

/**
 * @param {string} program
 * @param {readonly string[]} options
 * @param {NodeJS.ProcessEnv} env
 */
function runProgram(program, options, env) {
  const ended = finish(startNode([program, ...options], { env, output: 'inherit' }), 'failed');
  return ended.then(
    () => ({ failed: 0 }),
    () => ({ failed: 1 }),
  );
}
