// @ts-check
// `npm run ops [-- FOLDER]`: the commands of an operator for where there are no sources and no packages, such as in an image.
// Into dist/ops/ or FOLDER go one program a command, what they share, and the migrations: `node dist/ops/migrate.mjs`.
import path from 'node:path';
import { bundleCommands } from './ops/bundle.mjs';
import { ROOT, runScript } from './processes.mjs';

await runScript(async () => {
  const folder = path.resolve(ROOT, process.argv[2] ?? 'dist/ops');
  const { bytes } = await bundleCommands(folder);
  console.log(
    `${folder}: ${(bytes / 1e6).toFixed(1)} MB. Run a command with \`node ${path.join(folder, 'migrate.mjs')}\`.`,
  );
});
