// @ts-check
// `npm run quickstart`: from a fresh clone to a running app, with nothing but Node installed.
import { openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { prepare } from './embedded.mjs';
import { DATA, SHOWN_DATA } from './embedded-connection.mjs';
import { Failure } from './failure.mjs';
import { build } from './preparation.mjs';
import { runScript, startNode } from './processes.mjs';
import { elapsed, step } from './progress.mjs';
import { untilHealthy, welcome } from './readiness.mjs';

async function main() {
  const startedAt = Date.now();
  console.log('Handstamp');
  const { port, origin, env, isEmbedded, keepsMail } = await prepare('production');
  await build(env);
  const logFile = path.join(DATA, 'server.log');
  const server = startNode(['node_modules/next/dist/bin/next', 'start', '-H', '127.0.0.1', '-p', String(port)], {
    // Nobody has to notice that it ends: there is no load balancer before it.
    env: { DRAIN_SECONDS: '0', ...env, NEXT_MANUAL_SIG_HANDLE: '1' },
    output: isEmbedded ? openSync(logFile, 'w', 0o600) : 'inherit',
  });
  const lastLines = () => (isEmbedded ? readFile(logFile, 'utf8') : '');
  await step('Starting the server', () => untilHealthy(server, port, lastLines));
  console.log(`  Ready after ${elapsed(startedAt)}. ${isEmbedded ? `The log is in ${SHOWN_DATA}/server.log.` : ''}`);
  console.log(welcome(origin, { isEmbedded, keepsMail }));
  await new Promise((_, reject) => {
    server.once('close', async () => reject(new Failure('The server ended by itself.', await lastLines())));
  });
}

await runScript(main);
