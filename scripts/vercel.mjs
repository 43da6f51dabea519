// @ts-check
// Vercel's command line, for the test that builds as Vercel does. It is no dependency: 286 packages, 360 MB.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { finish, ROOT, startProgram } from './processes.mjs';
import { step } from './progress.mjs';

const FOLDER = path.join(ROOT, '.data/vercel');
const PROGRAM = path.join(FOLDER, 'node_modules/vercel/dist/vc.js');

/** `sandbox` belongs to a part of the program that is not used here, and the version asked for is not on every registry. */
const PACKAGE = { private: true, dependencies: { vercel: '64.0.2' }, overrides: { sandbox: '4.5.0' } };

/** The program's script, to be run by Node; null when it is not here. */
export async function findVercel() {
  const given = process.env['HANDSTAMP_VERCEL'];
  if (given) return given;
  return existsSync(PROGRAM) ? PROGRAM : null;
}

async function installVercel() {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(path.join(FOLDER, 'package.json'), JSON.stringify(PACKAGE));
  const args = ['install', '--prefix', FOLDER, '--ignore-scripts', '--no-audit', '--no-fund'];
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  await step("Installing Vercel's command line", () => finish(startProgram(npm, args), 'npm install failed.'));
}

/** @type {import('./requirements.mjs').Requirement} */
export const VERCEL = {
  what: "Vercel's command line, for a build as Vercel does it",
  variable: 'HANDSTAMP_VERCEL',
  find: findVercel,
  command: 'npm test -- vercel --install',
  debianPackages: [],
  install: installVercel,
  isOptional: true,
};
