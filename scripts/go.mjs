// @ts-check
// A Go toolchain, for the tests of the service in Go.
import { programOf } from './requirements.mjs';

const CANDIDATES = ['go', '/usr/local/go/bin/go', '/usr/lib/go/bin/go'];

/** @type {import('./requirements.mjs').Requirement} */
export const GO = {
  what: 'Go, for the service in Go',
  variable: 'HANDSTAMP_GO',
  find: programOf('HANDSTAMP_GO', CANDIDATES, ['version']),
  command: 'brew install go, or https://go.dev/doc/install',
  debianPackages: ['golang-go'],
  isOptional: true,
};
