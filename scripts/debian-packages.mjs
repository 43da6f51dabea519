// What the tests and benches need beside npm packages, where this may be installed: on Debian, as root.
import { spawnSync } from 'node:child_process';
import { Failure, finish, startProgram, step } from './processes.mjs';

/**
 * Installs Debian packages.
 *
 * @param {string} title What is told while it takes its time.
 * @param {string} missing The sentence that ends the script where nothing can be installed.
 */
export async function installPackages(title, packages, missing) {
  const canInstall = process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0;
  if (!canInstall) throw new Failure(missing);
  await step(title, async () => {
    await finish(startProgram('apt-get', ['update', '-q']), missing);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await finish(startProgram('apt-get', ['install', '-qy', '--no-install-recommends', ...packages], { env }), missing);
  });
}
