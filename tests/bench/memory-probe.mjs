// Preloaded by the bench of memory into the server: on SIGUSR2 collects garbage and writes what is left.
import { renameSync, writeFileSync } from 'node:fs';

process.on('SIGUSR2', () => {
  for (let time = 0; time < 4; time += 1) globalThis.gc?.();
  const file = process.env.BENCH_MEMORY_FILE;
  if (file === undefined) return;
  writeFileSync(`${file}.new`, JSON.stringify(process.memoryUsage()));
  renameSync(`${file}.new`, file);
});
