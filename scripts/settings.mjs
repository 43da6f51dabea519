// @ts-check
// Settings as the server reads them: of the environment of the process, and else of `.env.local` and `.env` and what
// else Next reads, in Next's order and by its own loader. So a command never works on another database than the server.
import { createRequire } from 'node:module';
import { ROOT } from './processes.mjs';

/** @typedef {typeof import('@next/env')} NextEnv */

/** Next writes it down when it has read the files, and reads none where it is set: tests set it. */
const HAS_READ = '__NEXT_PROCESSED_ENV';

/**
 * The environment of this process with what the files add to it. Changes nothing in `process.env`, so that a child which
 * reads the files itself notices when they change. Needs the packages to be installed.
 *
 * @param {'production' | 'development'} mode Which of `.env.production` and `.env.development` counts. Never `.env.test`,
 *   whatever NODE_ENV says: what is meant for tests must not decide where a command writes.
 * @param {{ folder?: string, loader?: NextEnv }} [place] Where the files are, and Next's loader; default: of the project.
 * @returns {NodeJS.ProcessEnv}
 */
export function readSettings(mode, { folder = ROOT, loader = nextEnv() } = {}) {
  const nodeEnv = process.env['NODE_ENV'];
  const ofShell = { ...process.env };
  setNodeEnv(mode);
  const { loadEnvConfig, resetEnv } = loader;
  const settings = { ...loadEnvConfig(folder, mode === 'development').combinedEnv };
  resetEnv();
  setNodeEnv(nodeEnv);
  return Object.assign(settings, ofShell, { NODE_ENV: nodeEnv, [HAS_READ]: ofShell[HAS_READ] });
}

/**
 * The loader of the Next that is installed. A copy of our own, because it remembers what it read: a server that begins in
 * this process has to read for itself.
 *
 * @returns {NextEnv}
 */
function nextEnv() {
  const load = createRequire(createRequire(import.meta.url).resolve('next/package.json'));
  const file = load.resolve('@next/env');
  delete load.cache[file];
  const loader = load(file);
  delete load.cache[file];
  return loader;
}

/** @param {string | undefined} value */
function setNodeEnv(value) {
  if (value === undefined) delete process.env['NODE_ENV'];
  else Object.assign(process.env, { NODE_ENV: value });
}
