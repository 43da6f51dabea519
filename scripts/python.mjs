// A Python with PyJWT, for the tests of the service in README.md.
import { spawnSync } from 'node:child_process';
import { installPackages } from './debian-packages.mjs';
import { Failure } from './processes.mjs';

/** Debian's own first: another `python3` on the path does not see Debian's packages. */
const CANDIDATES = ['/usr/bin/python3', 'python3', 'python'];
const DEBIAN_PACKAGES = ['python3', 'python3-jwt', 'python3-cryptography'];
const CHECK = 'import jwt, cryptography; assert tuple(map(int, jwt.__version__.split(".")[:2])) >= (2, 6)';

const isUsable = (python) => spawnSync(python, ['-c', CHECK]).status === 0;

/** The command of a Python that can verify our tokens. On Debian, as root, its packages are installed when they are missing. */
export async function findPython() {
  const given = process.env['HANDSTAMP_PYTHON'];
  if (given) return given;
  const present = CANDIDATES.find(isUsable);
  if (present !== undefined) return present;
  const missing = 'There is no Python with PyJWT for the tests: run `pip install "pyjwt[crypto]>=2.6"`.';
  await installPackages('Installing PyJWT', DEBIAN_PACKAGES, missing);
  const installed = CANDIDATES.find(isUsable);
  if (installed === undefined) throw new Failure(missing);
  return installed;
}
