// @ts-check
// The stages of `npm test`, in their order.
import { BUILDAH } from '../buildah.mjs';
import { CHROMIUM } from '../chromium.mjs';
import { Failure } from '../failure.mjs';
import { GO } from '../go.mjs';
import { NGINX } from '../nginx.mjs';
import { PGBOUNCER } from '../pgbouncer.mjs';
import { POSTGRES } from '../postgres.mjs';
import { POSTGRES_TOOLS } from '../postgres-tools.mjs';
import { build } from '../preparation.mjs';
import { finish, startNode } from '../processes.mjs';
import { PYTHON } from '../python.mjs';
import { MOUNT } from '../small-disk.mjs';
import { VERCEL } from '../vercel.mjs';
import { filesLeftOut, filesWithoutProgram } from './optional-files.mjs';
import { playwright, vitest } from './runners.mjs';

/**
 * @typedef {object} Stage
 * @property {(env: NodeJS.ProcessEnv) => Promise<import('./runners.mjs').Outcome>} run Throws a Failure when it cannot count.
 * @property {boolean} [needsBuild] It reads or starts the production build.
 * @property {readonly import('../requirements.mjs').Requirement[]} [requirements] What it needs beside npm packages.
 * @property {import('../requirements.mjs').Requirement} [isNothingWithout] The optional one without which it is not run.
 * @property {string} [takes] How long it takes, where that is too long for every run: it runs only when it is named.
 */

/** The arguments of biome: a warning nobody has to mend is a warning nobody reads. `npm run lint` has the same. */
export const LINT = ['check', '--error-on-warnings'];

/** What vitest runs in each stage. */
export const PARTS = {
  unit: [
    { projects: ['unit'], folders: ['tests/unit'] },
    { projects: ['edge'], folders: ['tests/unit/core', 'tests/unit/middleware', 'tests/unit/verifier'] },
  ],
  architecture: [{ projects: ['architecture'], folders: ['tests/architecture'] }],
  integration: [
    { projects: ['integration', 'drills', 'alone'], folders: ['tests/integration', 'tests/support'] },
    { projects: ['proof'], folders: ['tests/proof'] },
  ],
  vercel: [{ projects: ['vercel'], folders: ['tests/vercel'] }],
  rehearsals: [{ projects: ['rehearsals'], folders: ['tests/rehearsals'] }],
};

/** @type {Readonly<Record<string, Stage>>} */
export const STAGES = {
  types: {
    async run(env) {
      const compile = (/** @type {string[]} */ ...args) =>
        finish(startNode(['node_modules/typescript/bin/tsc', ...args], { env }), 'There are type errors.');
      await finish(startNode(['node_modules/next/dist/bin/next', 'typegen'], { env }), 'next typegen failed.');
      await Promise.all([compile('--noEmit'), compile('--noEmit', '--project', 'tsconfig.scripts.json')]);
      return { passed: 1, failed: 0, timings: [], failures: [] };
    },
  },
  lint: {
    async run(env) {
      await finish(startNode(['node_modules/@biomejs/biome/bin/biome', ...LINT], { env }), 'Biome found something.');
      return { passed: 1, failed: 0, timings: [], failures: [] };
    },
  },
  unit: { run: (env) => vitest(PARTS.unit, env) },
  build: {
    async run(env) {
      // `next start` runs it as it does any other, and the test of the image needs no build of its own.
      await build({ ...env, HANDSTAMP_STANDALONE: '1' });
      return { passed: 0, failed: 0, timings: [], failures: [] };
    },
  },
  architecture: { needsBuild: true, run: (env) => vitest(PARTS.architecture, env) },
  integration: {
    needsBuild: true,
    requirements: [POSTGRES, PGBOUNCER, PYTHON, CHROMIUM, GO],
    run: (env) => vitest(PARTS.integration, env, { mayBeLeftOut: (file) => filesLeftOut(env).includes(file) }),
  },
  e2e: { needsBuild: true, requirements: [POSTGRES, CHROMIUM], run: playwright },
  vercel: { requirements: [VERCEL], isNothingWithout: VERCEL, run: (env) => vitest(PARTS.vercel, env) },
  'e2e-whole': {
    needsBuild: true,
    requirements: [POSTGRES, CHROMIUM],
    takes: 'many minutes',
    // Every round, and every page in each size and scheme: `npm test` takes turns. See tests/support/proof.ts.
    run: (env) => playwright({ ...env, HANDSTAMP_PROOF: 'whole' }),
  },
  rehearsals: {
    needsBuild: true,
    requirements: [POSTGRES, PGBOUNCER, NGINX, BUILDAH, POSTGRES_TOOLS, MOUNT, CHROMIUM],
    takes: 'many minutes',
    run: (env) => vitest(PARTS.rehearsals, env, { mayBeLeftOut: (file) => filesWithoutProgram(env).includes(file) }),
  },
};

/**
 * The stages of these names, or all but those that take too long for every run; the build too when one needs it.
 *
 * @param {readonly string[]} names
 * @returns {[name: string, stage: Stage][]}
 */
export function chooseStages(names) {
  const unknown = names.find((name) => !(name in STAGES));
  if (unknown !== undefined) {
    throw new Failure(`There is no stage "${unknown}": choose from ${Object.keys(STAGES).join(', ')}.`);
  }
  const all = Object.entries(STAGES);
  if (names.length === 0) return all.filter(([, { takes }]) => takes === undefined);
  const needBuild = all.some(([name, { needsBuild }]) => needsBuild && names.includes(name));
  return all.filter(([name]) => names.includes(name) || (name === 'build' && needBuild));
}
