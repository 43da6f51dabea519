// The load generator of the benches: wrk, small enough to leave the machine to the server.
import { spawnSync } from 'node:child_process';
import { Failure, finish, startProgram, step } from './processes.mjs';

// Asked for its version, wrk prints it and ends with 1.
const isThere = (command) => spawnSync(command, ['--version']).error === undefined;

/** The command of wrk. On Debian, as root, it is installed when it is missing. */
export async function findWrk() {
  const command = process.env['HANDSTAMP_WRK'] || 'wrk';
  if (isThere(command)) return command;
  const missing = 'There is no wrk for the benches: install it (`apt install wrk`, `brew install wrk`).';
  const canInstall = process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0;
  if (!canInstall) throw new Failure(missing);
  await step('Installing wrk', async () => {
    await finish(startProgram('apt-get', ['update', '-q']), missing);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await finish(startProgram('apt-get', ['install', '-qy', '--no-install-recommends', 'wrk'], { env }), missing);
  });
  return 'wrk';
}
