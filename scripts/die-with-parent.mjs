// Preloaded (`node --import`) into a program that a script starts: when the script's end of the pipe closes, however it
// died, the program ends too instead of keeping its port or its lock.
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  process.stdin
    .on('end', () => process.exit(0))
    .on('error', () => process.exit(0))
    .resume();
  // Watching the pipe is no reason to stay.
  process.stdin.unref?.();
}
