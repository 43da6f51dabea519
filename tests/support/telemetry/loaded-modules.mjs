// @ts-check
// For `node --import`: on SIGUSR2 the process prints which packages it has loaded.
import { createRequire } from 'node:module';

const { cache } = createRequire(import.meta.url);

process.on('SIGUSR2', () => {
  const packages = Object.keys(cache).flatMap(
    (file) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? [],
  );
  process.stdout.write(`${JSON.stringify({ loadedPackages: [...new Set(packages)] })}\n`);
});
