// @ts-check
// The commands of lib/server/cli as programs that need Node and nothing else.
import { cp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build } from 'esbuild';
import { ROOT } from '../processes.mjs';

/** Each is a file of lib/server/cli. */
export const COMMANDS = [
  'migrate', // npm run db:migrate
  'keys',
  'clients',
  'clean', // npm run db:clean
  'users',
  'restored', // npm run db:restored
];

const SOURCES = path.join(ROOT, 'lib/server/cli');
const BEGINNING = path.join(ROOT, 'scripts/ops/beginning.mjs');

/** What packages that are CommonJS take for granted, and an ES module has not. */
const COMMONJS = [
  "import { createRequire as requireFrom } from 'node:module';",
  'const require = requireFrom(import.meta.url);',
  'const __dirname = import.meta.dirname;',
].join('');

/**
 * Writes the commands and the migrations into `folder`, which is emptied first.
 *
 * @param {string} folder
 * @returns {Promise<{ bytes: number, inputs: string[] }>} Their size, and each file that is in them, relative to the project.
 */
export async function bundleCommands(folder) {
  await rm(folder, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: Object.fromEntries(COMMANDS.map((name) => [name, `command:${name}`])),
    plugins: [commandsWithTheirSettings],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    // One copy of what they share.
    splitting: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Empties `server-only`: this is server code.
    conditions: ['react-server'],
    banner: { js: COMMONJS },
    // The licences of what is in them, in a file beside each.
    legalComments: 'linked',
    metafile: true,
    logLevel: 'silent',
  });
  await cp(path.join(ROOT, 'prisma/migrations'), path.join(folder, 'prisma/migrations'), { recursive: true });
  const outputs = Object.values(metafile.outputs);
  const used = outputs.flatMap(({ inputs }) =>
    Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0),
  );
  return {
    bytes: outputs.reduce((sum, { bytes }) => sum + bytes, 0),
    inputs: [...new Set(used.map(([file]) => file))],
  };
}

/** @type {import('esbuild').Plugin} */
const commandsWithTheirSettings = {
  name: 'commands',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^command:/ }, ({ path: name }) => ({ path: name, namespace: 'command' }));
    // Awaited, because what is shared is loaded before the program that shares it, and settings come before everything.
    onLoad({ filter: /.*/, namespace: 'command' }, ({ path: name }) => ({
      contents: `import ${JSON.stringify(BEGINNING)};\nawait import('./${name.slice('command:'.length)}.ts');`,
      resolveDir: SOURCES,
    }));
    // A package of Next's, which the sources find through Next as well.
    const next = createRequire(createRequire(import.meta.url).resolve('next/package.json'));
    onResolve({ filter: /^@next\/env$/ }, () => ({ path: next.resolve('@next/env') }));
  },
};
