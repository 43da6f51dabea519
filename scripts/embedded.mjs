// @ts-check
// What quickstart and dev share: settings, the embedded database, migrations, the demo accounts. Node built-ins only.
import { createServer } from 'node:net';
import { DATA, ownSecret, SHOWN_DATA, startDatabase } from './embedded-connection.mjs';
import { Failure } from './failure.mjs';
import { checkNode, generateClient, install, TYPESCRIPT_FLAGS } from './preparation.mjs';
import { finish, startNode } from './processes.mjs';
import { step } from './progress.mjs';

const FIRST_PORT = 3000;
const LAST_TRIED_PORT = 3099;

/**
 * Everything up to a migrated database.
 *
 * @returns {Promise<{ port: number, origin: string, env: NodeJS.ProcessEnv, isEmbedded: boolean }>} `env` is for the
 *   server process.
 */
export async function prepare() {
  checkNode();
  const port = await choosePort(process.env['PORT']);
  await install();
  await generateClient();
  const givenDatabase = process.env['DATABASE_URL'];
  const isEmbedded = !givenDatabase;
  const databaseUrl = givenDatabase || (await step('Starting the embedded database', startDatabase));
  const origin = process.env['APP_ORIGIN'] || `http://localhost:${port}`;
  /** @type {NodeJS.ProcessEnv} */
  const env = {
    ...process.env,
    DATABASE_URL: databaseUrl,
    AUTH_SECRET: process.env['AUTH_SECRET'] || (await announcedSecret()),
    APP_ORIGIN: origin,
    INTERNAL_ORIGIN: process.env['INTERNAL_ORIGIN'] || `http://127.0.0.1:${port}`,
    PORT: String(port),
    NEXT_TELEMETRY_DISABLED: '1',
    ...(isEmbedded ? { HANDSTAMP_DATA: DATA } : {}),
  };
  // Each command sets its own; one that is inherited by chance breaks the build.
  delete env['NODE_ENV'];
  if (!isEmbedded) delete env['HANDSTAMP_DATA'];
  await step('Migrating the database', () => runTypeScript('lib/server/cli/migrate.ts', env, 'The migration failed.'));
  if (isEmbedded) {
    await step('Making the demo accounts', () => runTypeScript('prisma/seed.ts', env, 'The demo accounts failed.'));
  }
  return { port, origin, env, isEmbedded };
}

/** @param {string} script @param {NodeJS.ProcessEnv} env @param {string} sentence */
function runTypeScript(script, env, sentence) {
  return finish(startNode([...TYPESCRIPT_FLAGS, script], { env }), sentence);
}

/**
 * The port that was asked for, or the first free one from 3000.
 *
 * @param {string | undefined} asked
 */
async function choosePort(asked) {
  if (asked) {
    const port = Number(asked);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Failure(`PORT=${asked} is not a port number.`);
    if (await isFree(port)) return port;
    throw new Failure(`Port ${port} is in use: stop what uses it, or set PORT to another one.`);
  }
  for (let port = FIRST_PORT; port <= LAST_TRIED_PORT; port++) {
    if (!(await isFree(port))) continue;
    if (port !== FIRST_PORT) console.log(`  Port ${FIRST_PORT} is in use: taking ${port}.`);
    return port;
  }
  throw new Failure(`Every port from ${FIRST_PORT} to ${LAST_TRIED_PORT} is in use: set PORT to a free one.`);
}

/**
 * Free on both addresses that a browser may take "localhost" for.
 *
 * @param {number} port
 */
async function isFree(port) {
  for (const host of ['127.0.0.1', '::1']) {
    const code = await new Promise((resolve) => {
      const probe = createServer();
      probe.once('error', (/** @type {NodeJS.ErrnoException} */ error) => resolve(error.code));
      probe.listen(port, host, () => probe.close(() => resolve(null)));
    });
    if (code === 'EACCES') throw new Failure(`Port ${port} needs more rights than this user has: set PORT above 1023.`);
    if (code === 'EADDRINUSE') return false;
  }
  return true;
}

async function announcedSecret() {
  console.log(`  AUTH_SECRET: the one of this clone, in ${SHOWN_DATA}/auth-secret.`);
  return ownSecret();
}
