// @ts-check
// Loaded into a server under test: on SIGUSR2 it collects garbage and prints what is left, in bytes.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  setFlagsFromString('--expose-gc');
  /** @type {() => void} */
  const collect = runInNewContext('gc');
  process.on('SIGUSR2', () => {
    collect();
    collect();
    process.stdout.write(`\nheap-after-collection ${process.memoryUsage().heapUsed}\n`);
  });
}
