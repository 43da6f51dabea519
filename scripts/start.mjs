// @ts-check
// `npm start`: Next's production server in this very process, so that a signal to it is one to the server. Flags are
// those of `next start`. It reads the files of settings by itself, but only once it listens: their PORT is read here.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { onParentGone } from './parent.mjs';
import { ROOT } from './processes.mjs';
import { readSettings } from './settings.mjs';

// The release is the one that was built: another name in the environment would be another one to its pages.
process.env['NEXT_DEPLOYMENT_ID'] = await builtRelease();
// How the server ends is ours: lib/server/maintenance/end-on-signals.ts, which listens before the first request.
process.env['NEXT_MANUAL_SIG_HANDLE'] = '1';
for (const signal of /** @type {const} */ (['SIGTERM', 'SIGINT'])) {
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) process.exit(0);
  });
}
onParentGone(() => process.kill(process.pid, 'SIGTERM'));
// What is set for tests by chance would choose `.env.test`.
delete process.env['NODE_ENV'];
const { PORT } = readSettings('production');
if (PORT) process.env['PORT'] = PORT;
process.argv.splice(2, 0, 'start');
createRequire(import.meta.url)('next/dist/bin/next');

/** What `NEXT_DEPLOYMENT_ID` was when the app was built; an empty text for none. */
async function builtRelease() {
  const text = await readFile(path.join(ROOT, '.next/required-server-files.json'), 'utf8').catch(() => '{}');
  return String(JSON.parse(text).config?.deploymentId ?? '');
}
