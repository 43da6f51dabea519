// @ts-check
// What the tests and benches need beside npm packages, where this may be installed: on Debian, as root.
import { spawnSync } from 'node:child_process';
import { finish, startProgram } from './processes.mjs';
import { step } from './progress.mjs';

/** True where `installPackages` can do its work. */
export const canInstallPackages = () =>
  process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).error === undefined;

/**
 * Installs Debian packages.
 *
 * @param {readonly string[]} packages
 */
export async function installPackages(packages) {
  const sentence = 'apt-get failed: check the network and that the package mirror can be reached.';
  await step(`Installing ${packages.join(', ')}`, async () => {
    await finish(startProgram('apt-get', ['update', '-q']), sentence);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const args = ['install', '-qy', '--no-install-recommends', ...packages];
    await finish(startProgram('apt-get', args, { env }), sentence);
  });
}
