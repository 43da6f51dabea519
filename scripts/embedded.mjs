// @ts-check
// What quickstart and dev share: settings, the embedded database, migrations, the demo accounts. Node built-ins only.
import { createServer } from 'node:net';
import { embeddedSettings, ownSecret, SHOWN_DATA, startDatabase } from './embedded-connection.mjs';
import { Failure } from './failure.mjs';
import { checkNode, generateClient, install, TYPESCRIPT_FLAGS } from './preparation.mjs';
import { finish, startNode } from './processes.mjs';
import { step } from './progress.mjs';
import { readSettings } from './settings.mjs';

const FIRST_PORT = 3000;
const LAST_TRIED_PORT = 3099;

/**
 * Everything up to a migrated database.
 *
 * @param {'production' | 'development'} mode Of the server.
 * @returns {Promise<{ port: number, origin: string, env: NodeJS.ProcessEnv, isEmbedded: boolean, keepsMail: boolean }>}
 *   `env` is for the server process: it says what was decided here, and leaves the files to Next. `keepsMail`: mail lies
 *   at `/dev/mail`, because nothing sends it.
 */
export async function prepare(mode) {
  checkNode();
  await install();
  const settings = readSettings(mode);
  const port = await choosePort(settings['PORT']);
  await generateClient();
  const isEmbedded = !settings['DATABASE_URL'];
  const origin = settings['APP_ORIGIN'] || `http://localhost:${port}`;
  const decided = {
    APP_ORIGIN: origin,
    INTERNAL_ORIGIN: settings['INTERNAL_ORIGIN'] || `http://127.0.0.1:${port}`,
    PORT: String(port),
    NEXT_TELEMETRY_DISABLED: '1',
    ...(isEmbedded ? await startEmbedded(settings) : await ofOwnDatabase(settings)),
  };
  const migrating = withoutNodeEnv({ ...settings, ...decided });
  await step('Migrating the database', () =>
    runTypeScript('lib/server/cli/migrate.ts', migrating, 'The migration failed.'),
  );
  if (isEmbedded) {
    await step('Making the demo accounts', () =>
      runTypeScript('prisma/seed.ts', migrating, 'The demo accounts failed.'),
    );
  }
  const keepsMail = isEmbedded && !settings['SMTP_URL']?.trim();
  return { port, origin, env: withoutNodeEnv({ ...process.env, ...decided }), isEmbedded, keepsMail };
}

/** @param {NodeJS.ProcessEnv} settings */
async function startEmbedded(settings) {
  const databaseUrl = await step('Starting the embedded database', startDatabase);
  if (!settings['AUTH_SECRET']) console.log(`  AUTH_SECRET: the one of this clone, in ${SHOWN_DATA}/auth-secret.`);
  return embeddedSettings(settings, databaseUrl);
}

/** @param {NodeJS.ProcessEnv} settings */
async function ofOwnDatabase(settings) {
  if (settings['AUTH_SECRET']) return { HANDSTAMP_DATA: '' };
  console.log(`  AUTH_SECRET: the one of this clone, in ${SHOWN_DATA}/auth-secret.`);
  return { AUTH_SECRET: await ownSecret(), HANDSTAMP_DATA: '' };
}

/**
 * Each command sets its own NODE_ENV; one that is inherited by chance breaks the build.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
function withoutNodeEnv(env) {
  const { NODE_ENV: _inherited, ...others } = env;
  return /** @type {NodeJS.ProcessEnv} */ (others);
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
