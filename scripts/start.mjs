// @ts-check
// `npm start`: Next's production server in this very process, so that a signal to it is one to the server. Flags are
// those of `next start`.
import { createRequire } from 'node:module';
import { finishRequestsOnSignals } from './finish-requests.mjs';
import { onParentGone } from './parent.mjs';

finishRequestsOnSignals();
onParentGone(() => process.kill(process.pid, 'SIGTERM'));
process.argv.splice(2, 0, 'start');
createRequire(import.meta.url)('next/dist/bin/next');
