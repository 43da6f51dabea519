// @ts-check
// A Go toolchain, for the tests of the service in Go.
import { spawnSync } from 'node:child_process';

const CANDIDATES = ['go', '/usr/local/go/bin/go', '/usr/lib/go/bin/go'];

/** The command of a Go toolchain; null when there is none. */
export async function findGo() {
  const given = process.env['HANDSTAMP_GO'];
  if (given) return given;
  return CANDIDATES.find((go) => spawnSync(go, ['version']).status === 0) ?? null;
}

/** @type {import('./requirements.mjs').Requirement} */
export const GO = {
  what: 'Go, for the service in Go',
  variable: 'HANDSTAMP_GO',
  find: findGo,
  command: 'brew install go, or https://go.dev/doc/install',
  debianPackages: ['golang-go'],
  isOptional: true,
};
