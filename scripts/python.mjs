// @ts-check
// A Python with PyJWT, for the tests of the service in Python.
import { spawnSync } from 'node:child_process';

/** Debian's own first: another `python3` on the path does not see Debian's packages. */
const CANDIDATES = ['/usr/bin/python3', 'python3', 'python'];
const CHECK = 'import jwt, cryptography; assert tuple(map(int, jwt.__version__.split(".")[:2])) >= (2, 6)';

/** @param {string} python */
const isUsable = (python) => spawnSync(python, ['-c', CHECK]).status === 0;

/** The command of a Python that can verify our tokens; null when there is none. */
export async function findPython() {
  const given = process.env['HANDSTAMP_PYTHON'];
  if (given) return given;
  return CANDIDATES.find(isUsable) ?? null;
}

/** @type {import('./requirements.mjs').Requirement} */
export const PYTHON = {
  what: 'Python with PyJWT 2.6 or newer, for the service in Python',
  variable: 'HANDSTAMP_PYTHON',
  find: findPython,
  command: 'pip install "pyjwt[crypto]>=2.6"',
  debianPackages: ['python3', 'python3-jwt', 'python3-cryptography'],
};
