// @ts-check
// `npm run image [-- FOLDER]`: puts together what an image holds, from a build that was made with HANDSTAMP_STANDALONE=1, in
// dist/image/ or FOLDER: `node server.js` there is the server, `node ops/migrate.mjs` and so on are its commands.
// HANDSTAMP_PREVIOUS names the `.next` folder of the image before, whose scripts and styles are taken along.
import path from 'node:path';
import { assembleImage } from './image/assembly.mjs';
import { ROOT, runScript } from './processes.mjs';

const megabytes = (/** @type {number} */ bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

await runScript(async () => {
  const folder = path.resolve(ROOT, process.argv[2] ?? 'dist/image');
  const { serverBytes, commandBytes, packages } = await assembleImage(
    folder,
    process.env['HANDSTAMP_PREVIOUS'] || null,
  );
  console.log(`${folder}: the server ${megabytes(serverBytes)}, its commands ${megabytes(commandBytes)},`);
  console.log(`of ${packages} packages, which sbom.cdx.json names.`);
});
