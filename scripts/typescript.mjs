// @ts-check
// For `node --import ./scripts/typescript.mjs`: runs TypeScript in this process and in the worker threads that it starts,
// which inherit the flag. `--import tsx` does so for the main thread only on Node 20: no password could be hashed.
import { register } from 'tsx/esm/api';

register();
