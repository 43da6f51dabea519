// @ts-check
// `node scripts/command.mjs <program.ts> ...args`: a command-line program of lib/server, with the settings that a server
// here would have. With DATABASE_URL, on that database; without, on the embedded one, which it joins when the app runs and
// else starts for as long as it needs it, and says so. Of its own it prints on stderr only: what the program prints may be
// read by another.
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { embeddedSettings, findDatabase, hasData, SHOWN_DATA, startDatabase } from './embedded-connection.mjs';
import { Failure } from './failure.mjs';
import { checkNode, TYPESCRIPT_FLAGS } from './preparation.mjs';
import { endAll, ROOT, runScript, startNode } from './processes.mjs';
import { readSettings } from './settings.mjs';

async function main() {
  const [program, ...args] = process.argv.slice(2);
  if (program === undefined) throw new Failure('usage: node scripts/command.mjs <program.ts> ...args');
  checkNode();
  await checkPreparation();
  const settings = readSettings(process.env['NODE_ENV'] === 'development' ? 'development' : 'production');
  const env = settings['DATABASE_URL'] ? { ...settings, HANDSTAMP_DATA: '' } : await onEmbedded(settings);
  const child = startNode([...TYPESCRIPT_FLAGS, program, ...args], { env, output: 'inherit' });
  const [code] = await once(child, 'close');
  await endAll();
  process.exit(code ?? 1);
}

/** Making what has to be there is the business of those who install or build. */
async function checkPreparation() {
  try {
    createRequire(import.meta.url).resolve('tsx');
    await access(path.join(ROOT, 'lib/server/database/generated/prisma'));
  } catch {
    throw new Failure(
      'Packages or the database client are missing: run `npm install` and `npx prisma generate` first.',
    );
  }
}

/** @param {NodeJS.ProcessEnv} settings */
async function onEmbedded(settings) {
  if (!(await hasData())) {
    throw new Failure('There is no database: set DATABASE_URL, or run `npm run quickstart` once for the embedded one.');
  }
  console.error(`On the embedded database (${SHOWN_DATA}), because DATABASE_URL is not set.`);
  return { ...settings, ...(await embeddedSettings(settings, (await findDatabase()) ?? (await startDatabase()))) };
}

await runScript(main);
