// The load generator of the benches: wrk, small enough to leave the machine to the server.
import { spawnSync } from 'node:child_process';
import { installPackages } from './debian-packages.mjs';

// Asked for its version, wrk prints it and ends with 1.
const isThere = (command) => spawnSync(command, ['--version']).error === undefined;

/** The command of wrk. On Debian, as root, it is installed when it is missing. */
export async function findWrk() {
  const command = process.env['HANDSTAMP_WRK'] || 'wrk';
  if (isThere(command)) return command;
  const missing = 'There is no wrk for the benches: install it (`apt install wrk`, `brew install wrk`).';
  await installPackages('Installing wrk', ['wrk'], missing);
  return 'wrk';
}
