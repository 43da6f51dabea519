// @ts-check
// What `npm run prove` runs, in this order: the folders of tests/proof, and what else takes part in a proof.
import { NGINX } from '../nginx.mjs';
import { PGBOUNCER } from '../pgbouncer.mjs';
import { STRYKER } from '../stryker.mjs';

/**
 * @typedef {object} Proof
 * @property {string} title Of its lines in the table.
 * @property {readonly string[]} [folders] Test files below them are run, whole; a file is a folder of one.
 * @property {readonly string[]} [projects] Of vitest.config.ts, in which they are. `proof` unless it says so.
 * @property {string} [program] In place of folders: a script that writes the same lines, and exits with 1 where something does
 *   not hold. It is given the options of the command line, and has neither the database nor the build.
 * @property {readonly import('../requirements.mjs').Requirement[]} [needs] What it needs beside npm packages and PostgreSQL.
 * @property {string} [takes] How long it takes, where that is too long for every run: only when named, or with `--full`.
 */

/** @type {Readonly<Record<string, Proof>>} */
export const PROOFS = {
  rotation: { title: 'Rotation, model-checked', folders: ['tests/proof/rotation'] },
  'token-attacks': { title: 'Attacks on tokens', folders: ['tests/proof/token-attacks'] },
  vectors: { title: 'Vectors of others', folders: ['tests/proof/vectors'] },
  bypass: { title: 'Nobody gets around the guards', folders: ['tests/proof/bypass'] },
  fuzz: { title: 'Whatever comes is read or refused', folders: ['tests/proof/fuzz'] },
  'other-sites': {
    title: 'Another site changes nothing',
    folders: ['tests/integration/routes/csrf.test.ts'],
    projects: ['integration'],
  },
  keys: {
    title: 'Keys rotate under load',
    folders: ['tests/integration/drills/rotation-drill.test.ts'],
    projects: ['drills'],
  },
  scale: {
    title: 'Nothing is read from end to end',
    folders: ['tests/integration/database/index-use.test.ts'],
    projects: ['integration'],
  },
  'at-once': {
    title: 'What is good once',
    folders: [
      'tests/integration/account/at-once.test.ts',
      'tests/integration/account/leaving.test.ts',
      'tests/integration/admin/administration.test.ts',
      'tests/integration/recovery/reset-password.test.ts',
      'tests/integration/sign-in/factors-at-once.test.ts',
    ],
    projects: ['integration'],
  },
  secrets: {
    title: 'Secrets where none belongs',
    folders: ['tests/integration/observability/canary.test.ts', 'tests/proof/secrets'],
    projects: ['integration', 'proof'],
  },
  'audit-log': {
    title: 'The audit log in a flood',
    folders: ['tests/integration/audit/trace.test.ts'],
    projects: ['integration'],
  },
  chaos: { title: 'Races and crashes', folders: ['tests/proof/chaos'], needs: [NGINX, PGBOUNCER] },
  mutations: {
    title: 'Mutation',
    program: 'scripts/prove/mutations.mjs',
    needs: [STRYKER],
    takes: 'minutes for what changed, far longer for everything',
  },
  asvs: { title: 'OWASP ASVS 5.0', folders: ['tests/proof/asvs'] },
};
