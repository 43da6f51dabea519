// @ts-check
// The types of handstamp-verifier.mjs: what the compiler declares of lib/verifier/index.ts and of what that names, as one
// text that imports nothing. The test of the verifier's types holds the result to the source.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Failure } from './failure.mjs';
import { finish, ROOT, startNode } from './processes.mjs';

/** Where a statement of the compiler's output begins; a comment belongs to the statement that follows it. */
const STATEMENT_STARTS = /(?<!\*\/)\n(?=\/\*\*|(?:export|import|declare|type|interface) )/;
const COMMENT = /\/\*[\s\S]*?\*\/\s*/g;
const LINK = /^(?:import|export) (?:type )?\{ (.+) \} from '(.+)';$/;
const DECLARATION = /^(?:export )?(?:declare )?(?:type|interface|const|function|class) (\w+)/;

/** A file of declarations. @typedef {{ texts: Map<string, string>, links: Map<string, string> }} Declared */

/**
 * The declarations that `lib/verifier/index.ts` exports, with their comments, and those that they need.
 *
 * @returns {Promise<string>} The text of a `.d.mts` file.
 */
export async function verifierTypes() {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'handstamp-types-'));
  try {
    await emitDeclarations(folder);
    return await joined(folder, path.join(folder, 'lib/verifier/index.d.ts'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {string} folder Takes the declarations of each module. */
async function emitDeclarations(folder) {
  const config = {
    extends: path.join(ROOT, 'tsconfig.json'),
    compilerOptions: {
      ...{ noEmit: false, incremental: false, declaration: true, emitDeclarationOnly: true, noCheck: true },
      ...{ types: [], plugins: [], rootDir: ROOT, outDir: folder },
    },
    files: [path.join(ROOT, 'lib/verifier/index.ts')],
    include: [],
  };
  const file = path.join(folder, 'tsconfig.json');
  await writeFile(file, JSON.stringify(config));
  await finish(startNode(['node_modules/typescript/bin/tsc', '-p', file]), 'The types could not be declared.');
}

/** @param {string} folder @param {string} entry */
async function joined(folder, entry) {
  /** @type {Map<string, Promise<Declared>>} */
  const files = new Map();
  /** @type {Map<string, { file: string, text: string }>} */
  const taken = new Map();
  /** @param {string} file */
  function declaredIn(file) {
    const declared = files.get(file) ?? read(file);
    files.set(file, declared);
    return declared;
  }

  /** Takes the declaration of `name` in `file` after those that it names. @param {string} file @param {string} name */
  async function take(file, name) {
    const { texts, links } = await declaredIn(file);
    const text = texts.get(name);
    if (text === undefined) return take(fileOf(folder, file, links.get(name) ?? name), name);
    const other = taken.get(name);
    if (other?.file === file) return;
    if (other !== undefined) throw new Failure(`${name} is declared in ${other.file} and in ${file}: rename one.`);
    taken.set(name, { file, text });
    const words = new Set(text.replace(COMMENT, '').match(/\w+/g));
    for (const word of words) if (texts.has(word) || links.has(word)) await take(file, word);
  }

  const exported = [...(await declaredIn(entry)).links.keys()];
  for (const name of exported) await take(entry, name);
  const declarations = [...taken].map(([name, { text }]) =>
    exported.includes(name) ? text : text.replace(/^export /m, ''),
  );
  // Without the last line, everything declared in such a file counts as exported.
  return [...declarations, 'export {};'].join('\n').concat('\n');
}

/** @param {string} file @returns {Promise<Declared>} */
async function read(file) {
  const declared = { texts: new Map(), links: new Map() };
  for (const text of (await readFile(file, 'utf8')).trim().split(STATEMENT_STARTS)) {
    const code = text.replace(COMMENT, '');
    const [, names, from] = LINK.exec(code) ?? [];
    const [, name] = DECLARATION.exec(code) ?? [];
    if (names?.includes(' as ') || (names ?? name) === undefined)
      throw new Failure(`Not understood in ${file}: ${code}`);
    if (name !== undefined) declared.texts.set(name, text);
    for (const one of names?.split(', ') ?? []) declared.links.set(one.replace(/^type /, ''), from);
  }
  return declared;
}

/** @param {string} folder @param {string} importer @param {string} specifier */
function fileOf(folder, importer, specifier) {
  if (specifier.startsWith('@/')) return path.join(folder, `${specifier.slice(2)}.d.ts`);
  if (specifier.startsWith('.')) return path.resolve(path.dirname(importer), `${specifier}.d.ts`);
  throw new Failure(`The verifier's types name the package ${specifier}: services that copy them may not have it.`);
}
