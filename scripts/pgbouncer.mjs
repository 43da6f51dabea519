// @ts-check
// PgBouncer, for the tests behind a connection pool.
import { spawnSync } from 'node:child_process';

const CANDIDATES = ['pgbouncer', '/usr/sbin/pgbouncer', '/opt/homebrew/bin/pgbouncer', '/usr/local/bin/pgbouncer'];

/** The command of a PgBouncer; null when there is none. */
export async function findPgBouncer() {
  const given = process.env['HANDSTAMP_PGBOUNCER'];
  if (given) return given;
  return CANDIDATES.find((pgbouncer) => spawnSync(pgbouncer, ['--version']).status === 0) ?? null;
}

/** @type {import('./requirements.mjs').Requirement} */
export const PGBOUNCER = {
  what: 'PgBouncer, for the tests behind a connection pool',
  variable: 'HANDSTAMP_PGBOUNCER',
  find: findPgBouncer,
  command: 'brew install pgbouncer, or https://www.pgbouncer.org',
  debianPackages: ['pgbouncer'],
  isOptional: true,
};
