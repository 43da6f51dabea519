// @ts-check
// The load generator of the benches: wrk, small enough to leave the machine to the server.
import { spawnSync } from 'node:child_process';

/** The command of wrk; null when there is none. */
export async function findWrk() {
  const command = process.env['HANDSTAMP_WRK'] || 'wrk';
  // Asked for its version, wrk prints it and ends with 1.
  return spawnSync(command, ['--version']).error === undefined ? command : null;
}

/** @type {import('./requirements.mjs').Requirement} */
export const WRK = {
  what: 'wrk, which makes the load of the benches',
  variable: 'HANDSTAMP_WRK',
  find: findWrk,
  command: 'brew install wrk',
  debianPackages: ['wrk'],
};
