// @ts-check
// Preloaded (`node --import …/die-with-parent.mjs?parent=<process number>`) into a program that a script starts: when the
// script's end of the pipe closes, however it died, the program ends too instead of keeping its port or its lock.
import { isMainThread } from 'node:worker_threads';

// Next hands its own flags on to processes that it starts; their stdin is none of ours.
const isChildOfScript = new URL(import.meta.url).searchParams.get('parent') === String(process.ppid);

if (isMainThread && isChildOfScript) {
  process.stdin
    .on('end', () => process.exit(0))
    .on('error', () => process.exit(0))
    .resume();
  // Watching the pipe is no reason to stay.
  process.stdin.unref?.();
}
