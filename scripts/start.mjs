// @ts-check
// `npm start`: Next's production server in this very process, so that a signal to it is one to the server. Flags are
// those of `next start`. It reads the files of settings by itself, but only once it listens: their PORT is read here.
import { createRequire } from 'node:module';
import { finishRequestsOnSignals } from './finish-requests.mjs';
import { onParentGone } from './parent.mjs';
import { readSettings } from './settings.mjs';

finishRequestsOnSignals();
onParentGone(() => process.kill(process.pid, 'SIGTERM'));
// What is set for tests by chance would choose `.env.test`.
delete process.env['NODE_ENV'];
const { PORT } = readSettings('production');
if (PORT) process.env['PORT'] = PORT;
process.argv.splice(2, 0, 'start');
createRequire(import.meta.url)('next/dist/bin/next');
