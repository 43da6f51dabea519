// @ts-check
// What npm starts must not outlive npm, however that died: a supervisor would start a second one beside it.

const LOOK_EVERY_MS = 500;

/**
 * Calls `callback` once when the npm that started this process is gone. Nothing without npm: whoever starts a program by
 * hand in the background may leave. On Windows a parent's end cannot be seen this way.
 *
 * @param {() => void} callback
 */
export function onParentGone(callback) {
  if (!process.env['npm_lifecycle_event']) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    callback();
  }, LOOK_EVERY_MS);
  timer.unref();
}
