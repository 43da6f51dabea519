// @ts-check
// `npm run dev`: hot reload, on the embedded database unless DATABASE_URL names another.
import { watchBareHandlers } from './bare-handlers.mjs';
import { prepare } from './embedded.mjs';
import { Failure } from './failure.mjs';
import { runScript, startNode } from './processes.mjs';
import { untilHealthy, welcome } from './readiness.mjs';

await runScript(async () => {
  const { port, origin, env, isEmbedded, keepsMail } = await prepare('development');
  const server = startNode(['node_modules/next/dist/bin/next', 'dev', '-H', '127.0.0.1', '-p', String(port)], {
    env,
    output: 'inherit',
  });
  const ended = new Promise((_, reject) => {
    server.once('close', () => reject(new Failure('The server ended by itself.')));
  });
  await Promise.race([untilHealthy(server, port, () => ''), ended]);
  console.log(welcome(origin, { isEmbedded, keepsMail }));
  console.log('Next calls middleware.ts deprecated. Leave it as it is: its successor has no edge (DECISIONS 1).\n');
  watchBareHandlers((sentence) => console.warn(`\n ⚠ ${sentence}\n`));
  await ended;
});
