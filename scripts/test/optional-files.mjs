// @ts-check
// Test files that need a program which may be missing: they are left out then, and `npm test` names what is missing. A
// skipped test would count as failed.

/** The variable that names the program, and the file that needs it. */
const NEEDED = [
  { variable: 'HANDSTAMP_GO', file: 'tests/integration/services/go-service.test.ts' },
  { variable: 'HANDSTAMP_PGBOUNCER', file: 'tests/integration/database/behind-pgbouncer.test.ts' },
  { variable: 'HANDSTAMP_BUILDAH', file: 'tests/rehearsals/image.test.ts' },
  { variable: 'HANDSTAMP_PGBOUNCER', file: 'tests/rehearsals/rolling-restart.test.ts' },
  { variable: 'HANDSTAMP_NGINX', file: 'tests/rehearsals/rolling-restart.test.ts' },
  { variable: 'HANDSTAMP_PGBOUNCER', file: 'tests/proof/chaos/chaos.test.ts' },
  { variable: 'HANDSTAMP_NGINX', file: 'tests/proof/chaos/chaos.test.ts' },
  { variable: 'HANDSTAMP_POSTGRES_BIN', file: 'tests/rehearsals/restore-dump.test.ts' },
  { variable: 'HANDSTAMP_POSTGRES_BIN', file: 'tests/rehearsals/restore-moment.test.ts' },
  { variable: 'HANDSTAMP_POSTGRES_BIN', file: 'tests/rehearsals/cut-over.test.ts' },
  { variable: 'HANDSTAMP_POSTGRES_BIN', file: 'tests/rehearsals/full-disk.test.ts' },
  { variable: 'HANDSTAMP_MOUNT', file: 'tests/rehearsals/full-disk.test.ts' },
];

/**
 * Proofs of which no part is quick enough for `npm test`: `npm run prove` runs them.
 *
 * @type {readonly string[]}
 */
const WHOLE_ONLY = [
  'tests/proof/bypass/bypass.test.ts',
  'tests/proof/chaos/chaos.test.ts',
  'tests/proof/fuzz/endpoints.test.ts',
  'tests/proof/secrets/build.test.ts',
  'tests/proof/token-attacks/node-and-edge.test.ts',
  'tests/proof/token-attacks/token-attacks.test.ts',
];

/**
 * The files that cannot run where only the programs named in `env` are.
 *
 * @param {NodeJS.ProcessEnv} env
 */
export const filesWithoutProgram = (env) => [
  ...new Set(NEEDED.filter(({ variable }) => !env[variable]).map(({ file }) => file)),
];

/**
 * Those, and outside of `npm run prove` what takes too long for every run.
 *
 * @param {NodeJS.ProcessEnv} env
 */
export const filesLeftOut = (env) => [
  ...(env['HANDSTAMP_PROOF'] === 'whole' ? [] : WHOLE_ONLY),
  ...filesWithoutProgram(env),
];
