// @ts-check
// A Python with PyJWT, for the tests of the service in Python.
import { programOf } from './requirements.mjs';

/** Debian's own first: another `python3` on the path does not see Debian's packages. */
const CANDIDATES = ['/usr/bin/python3', 'python3', 'python'];
const CHECK = 'import jwt, cryptography; assert tuple(map(int, jwt.__version__.split(".")[:2])) >= (2, 6)';

/** @type {import('./requirements.mjs').Requirement} */
export const PYTHON = {
  what: 'Python with PyJWT 2.6 or newer, for the service in Python',
  variable: 'HANDSTAMP_PYTHON',
  find: programOf('HANDSTAMP_PYTHON', CANDIDATES, ['-c', CHECK]),
  command: 'pip install "pyjwt[crypto]>=2.6"',
  debianPackages: ['python3', 'python3-jwt', 'python3-cryptography'],
};
