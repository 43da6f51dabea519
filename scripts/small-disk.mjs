// @ts-check
// A disk that is soon full, for a rehearsal: a file system in memory, which only root may mount.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** The command that mounts one; null where this account may not. */
export async function findMount() {
  const given = process.env['HANDSTAMP_MOUNT'];
  if (given) return given;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'handstamp-mount-'));
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status === 0;
  if (isMounted) spawnSync('umount', [folder]);
  rmdirSync(folder);
  return isMounted ? 'mount' : null;
}

/** @type {import('./requirements.mjs').Requirement} */
export const MOUNT = {
  what: 'the right to mount a file system in memory, for the rehearsal of a full disk',
  variable: 'HANDSTAMP_MOUNT',
  find: findMount,
  command: 'run it as root on Linux',
  debianPackages: [],
  isOptional: true,
};
