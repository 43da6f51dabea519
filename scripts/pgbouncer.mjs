// @ts-check
// PgBouncer, for the tests behind a connection pool.
import { programOf } from './requirements.mjs';

const CANDIDATES = ['pgbouncer', '/usr/sbin/pgbouncer', '/opt/homebrew/bin/pgbouncer', '/usr/local/bin/pgbouncer'];

/** @type {import('./requirements.mjs').Requirement} */
export const PGBOUNCER = {
  what: 'PgBouncer, for the tests behind a connection pool',
  variable: 'HANDSTAMP_PGBOUNCER',
  find: programOf('HANDSTAMP_PGBOUNCER', CANDIDATES, ['--version']),
  command: 'brew install pgbouncer, or https://www.pgbouncer.org',
  debianPackages: ['pgbouncer'],
  isOptional: true,
};
