// @ts-check
// What the tests and benches need beside npm packages: it is looked for before anything runs, and everything that is
// missing is named at once with the command that brings it.
import { spawnSync } from 'node:child_process';
import { canInstallPackages, installPackages } from './debian-packages.mjs';
import { Failure } from './failure.mjs';

/**
 * @typedef {object} Requirement
 * @property {string} what Names it, and what it is for.
 * @property {string} [variable] The name in the environment by which programs learn where it is.
 * @property {() => Promise<string | null>} find Where it is; null when it is missing; '' when it needs no address.
 * @property {string} command What brings it.
 * @property {readonly string[]} debianPackages The same on Debian, when that is by packages.
 * @property {() => Promise<void>} [install] Brings it into the project's own folder. Only with `--install`: CI has jobs that
 *   do without.
 * @property {boolean} [isOptional] What needs it is left out where it is missing, and named as not run.
 */

/**
 * Finds a command: what `variable` names, or the first of `candidates` that ends well with `args`; null when there is none.
 *
 * @param {string} variable
 * @param {readonly string[]} candidates
 * @param {readonly string[]} args
 * @returns {() => Promise<string | null>}
 */
export const programOf = (variable, candidates, args) => async () =>
  process.env[variable] || (candidates.find((command) => spawnSync(command, args).status === 0) ?? null);

/** True where system packages may be installed unasked: in CI, and with `--install`. */
export const mayInstall = () => process.env['CI'] === 'true' || isToInstall();

const isToInstall = () => process.argv.includes('--install');

/**
 * Finds what is required, installs what is missing where that is allowed, and fails with a list of what is still missing.
 *
 * @param {readonly Requirement[]} requirements
 * @param {string} whose The command that needs it, such as `npm test`.
 * @returns {Promise<{ env: Record<string, string>, missing: Requirement[] }>} `missing`: the optional ones.
 */
export async function provide(requirements, whose) {
  let found = await findAll(requirements);
  const packages = requirements.filter((one) => !found.has(one)).flatMap(({ debianPackages }) => debianPackages);
  if (packages.length > 0 && mayInstall() && canInstallPackages()) {
    // What is missing afterwards is named below, with other ways to get it.
    await installPackages(packages).catch((error) => console.log(error instanceof Failure ? error.output : error));
    found = await findAll(requirements);
  }
  const own = requirements.filter((one) => !found.has(one)).flatMap(({ install = [] }) => install);
  if (own.length > 0 && isToInstall()) {
    for (const install of own) await install();
    found = await findAll(requirements);
  }
  const missing = requirements.filter((one) => !found.has(one));
  const needed = missing.filter(({ isOptional = false }) => !isOptional);
  if (needed.length > 0) throw new Failure(listOf(needed, whose));
  const env = Object.fromEntries([...found].flatMap(([{ variable }, place]) => (variable ? [[variable, place]] : [])));
  return { env, missing };
}

/** @param {readonly Requirement[]} requirements @returns {Promise<Map<Requirement, string>>} */
async function findAll(requirements) {
  const found = new Map();
  for (const one of requirements) {
    const place = await one.find();
    if (place !== null) found.set(one, place);
  }
  return found;
}

/** @param {readonly Requirement[]} missing @param {string} whose */
function listOf(missing, whose) {
  const lines = missing.map(({ what, command }) => `  ${what}:\n    ${command}`);
  const packages = missing.flatMap(({ debianPackages }) => debianPackages);
  const install = `On Debian, as root, \`${whose} -- --install\` installs ${packages.join(', ')}.`;
  return [`${whose} needs what is not here.`, ...lines, ...(packages.length > 0 ? [install] : [])].join('\n');
}
