// @ts-check
// `npm run verifier [-- FOLDER]`: writes handstamp-verifier.mjs, what a service elsewhere verifies our tokens with, and its
// types, into dist/ or FOLDER.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { ROOT, runScript } from './processes.mjs';
import { verifierTypes } from './verifier-types.mjs';

const TITLE = '// Handstamp: verifies access tokens with public facts only. Made by `npm run verifier`.\n';

/** Whose work is in the bundle besides ours: their licences ask to be in every copy. */
const LICENCES = { jose: 'LICENSE.md', fflate: 'LICENSE' };

/**
 * One ES module without imports, for Node >= 20, edge runtimes and workers of a browser. Not minified: who verifies with
 * it should be able to read it.
 */
async function bundle() {
  const result = await build({
    absWorkingDir: ROOT,
    entryPoints: ['lib/verifier/index.ts'],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    // Neither Node's builds of the packages nor a browser's, but those that need nothing of their surroundings.
    platform: 'neutral',
    write: false,
    charset: 'utf8',
    logLevel: 'silent',
  });
  const licences = await Promise.all(Object.entries(LICENCES).map(([name, file]) => licence(name, file)));
  const [output] = result.outputFiles;
  if (output === undefined) throw new Error('esbuild wrote nothing');
  return `${TITLE}${output.text}\n${licences.join('\n')}`;
}

/** @param {string} name @param {string} file */
async function licence(name, file) {
  const text = await readFile(path.join(ROOT, 'node_modules', name, file), 'utf8');
  return `/*! Contains parts of ${name}.\n\n${text.trim()}\n*/\n`;
}

const kilobytes = (/** @type {number} */ bytes) => `${(bytes / 1024).toFixed(1)} KB`;

await runScript(async () => {
  const folder = path.resolve(ROOT, process.argv[2] ?? 'dist');
  const code = Buffer.from(await bundle());
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'handstamp-verifier.mjs'), code);
  await writeFile(path.join(folder, 'handstamp-verifier.d.mts'), `${TITLE}${await verifierTypes()}`);
  console.log(`${path.join(folder, 'handstamp-verifier.mjs')}: ${kilobytes(code.length)},`);
  console.log(
    `${kilobytes(gzipSync(code).length)} compressed, no dependencies. Types: handstamp-verifier.d.mts beside it.`,
  );
});
