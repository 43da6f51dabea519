// @ts-check
// `node scripts/command.mjs <program.ts> ...args`: a command-line program of lib/server. With DATABASE_URL, on that
// database; without, on the embedded one, which it joins when the app runs and else starts for as long as it needs it.
// Prints nothing of its own: what the program prints may be read by another.
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { findDatabase, hasData, ownSecret, startDatabase } from './embedded-connection.mjs';
import { Failure } from './failure.mjs';
import { checkNode, TYPESCRIPT_FLAGS } from './preparation.mjs';
import { endAll, ROOT, runScript, startNode } from './processes.mjs';

/** What has to be there; making it is the business of those who install or build. */
const NEEDED = ['node_modules/tsx', 'lib/server/database/generated/prisma'];

async function main() {
  const [program, ...args] = process.argv.slice(2);
  if (program === undefined) throw new Failure('usage: node scripts/command.mjs <program.ts> ...args');
  checkNode();
  for (const needed of NEEDED) {
    await access(path.join(ROOT, needed)).catch(() => {
      throw new Failure(
        'Packages or the database client are missing: run `npm install` and `npx prisma generate` first.',
      );
    });
  }
  const env = process.env['DATABASE_URL'] ? process.env : await embeddedEnv();
  const child = startNode([...TYPESCRIPT_FLAGS, program, ...args], { env, output: 'inherit' });
  const [code] = await once(child, 'close');
  await endAll();
  process.exit(code ?? 1);
}

async function embeddedEnv() {
  if (!(await hasData())) {
    throw new Failure('There is no database: set DATABASE_URL, or run `npm run quickstart` once for the embedded one.');
  }
  const databaseUrl = (await findDatabase()) ?? (await startDatabase());
  return { ...process.env, DATABASE_URL: databaseUrl, AUTH_SECRET: process.env['AUTH_SECRET'] || (await ownSecret()) };
}

await runScript(main);
