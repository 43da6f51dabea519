// @ts-check
// buildah, for the rehearsal that builds the image by its Dockerfile: it needs no daemon, and root.
import { spawnSync } from 'node:child_process';

/** The command of a buildah that may work; null when there is none. */
export async function findBuildah() {
  if (process.getuid?.() !== 0) return null;
  const command = process.env['HANDSTAMP_BUILDAH'] || 'buildah';
  return spawnSync(command, ['--version']).status === 0 ? command : null;
}

/** @type {import('./requirements.mjs').Requirement} */
export const BUILDAH = {
  what: 'buildah, as root on Linux, for the rehearsal of the image',
  variable: 'HANDSTAMP_BUILDAH',
  find: findBuildah,
  command: 'https://buildah.io',
  debianPackages: ['buildah'],
  isOptional: true,
};
