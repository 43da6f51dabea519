// @ts-check
// For tests: Vitest itself runs TypeScript in the main thread of a test file; the threads that hash start from there, and
// get what `typescript.mjs` gives. A main thread with both would send each of its imports through two of them.
import { isMainThread } from 'node:worker_threads';

if (!isMainThread) await import('./typescript.mjs');
