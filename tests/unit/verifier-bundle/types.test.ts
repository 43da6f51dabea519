import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REPOSITORY } from '@/tests/support/server/environment';
import { buildVerifier } from '@/tests/support/services/verifier-bundle';

const TYPES_FILE = 'handstamp-verifier.d.mts';
/** Whatever the arguments are, they are the same on both sides. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  Failure: `<'code'>`,
  Result: `<string, 'code'>`,
  Success: '<string>',
};

let folder: string;
let types: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'handstamp-types-test-'));
  types = (await buildVerifier(folder)).types;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What the compiler says about `file` of the folder: '' when nothing is wrong. */
async function compilerOn(file: string, config: object): Promise<string> {
  const project = path.join(folder, 'tsconfig.json');
  await writeFile(project, JSON.stringify({ ...config, files: [file], include: [] }));
  const tsc = path.join(REPOSITORY, 'node_modules/typescript/bin/tsc');
  return promisify(execFile)(process.execPath, [tsc, '-p', project]).then(
    ({ stdout }) => stdout,
    (error: { stdout: string }) => error.stdout,
  );
}

/** Compares every type and function that the file exports with the source's. */
async function disagreements(): Promise<string> {
  const same = [...types.matchAll(/^export (declare function|type) (\w+)/gm)].map(([, kind, name = '']) => {
    const [written, source] = ['Written', 'Source'].map((side) =>
      kind === 'type' ? `${side}.${name}${ARGUMENTS[name] ?? ''}` : `typeof ${side}.${name}`,
    );
    return `export const ${name}: Same<${written}, ${source}> = true;`;
  });
  const check = `
    import type * as Written from './handstamp-verifier.mjs';
    import type * as Source from '@/lib/verifier/index';
    // Exact: neither a wider type nor \`any\` passes for another.
    type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
    export const values: Same<keyof typeof Written, keyof typeof Source> = true;
    ${same.join('\n')}`;
  await writeFile(path.join(folder, 'check.mts'), check);
  const paths = { '@/*': [`${REPOSITORY}/*`] };
  const compilerOptions = { paths, types: [], plugins: [], incremental: false, noUnusedLocals: false };
  return compilerOn('check.mts', { extends: path.join(REPOSITORY, 'tsconfig.json'), compilerOptions });
}

// The compiler runs: a second on an idle machine.
describe('the declarations of the bundle', { timeout: 30_000 }, () => {
  test('are those of the source', async () => {
    expect(await disagreements()).toBe('');
  });

  test('are found to differ when one of them says something else', async () => {
    await writeFile(path.join(folder, TYPES_FILE), types.replace(/readonly exp: \w+/, 'readonly exp: string'));
    const said = await disagreements();
    await writeFile(path.join(folder, TYPES_FILE), types);
    expect(said).toMatch(/check\.mts.*: error/);
  });

  test('are all that the source exports, each with what its comment says', async () => {
    const index = await readFile(path.join(REPOSITORY, 'lib/verifier/index.ts'), 'utf8');
    const names = [...index.matchAll(/^export (?:type )?\{ (.+) \}/gm)].flatMap(([, list = '']) => list.split(', '));
    const exported = [...types.matchAll(/^export (?:declare function|type) (\w+)/gm)].map(([, name]) => name);
    expect(exported.sort()).toEqual(names.map((name) => name.replace('type ', '')).sort());
    expect(types).toMatch(
      /@throws TypeError for a `maxAgeSeconds` that is no time\.\n \*\/\nexport declare function bearerGuard/,
    );
    expect(types).toContain('/** User id. */');
  });

  test('stand alone: they import nothing, and the compiler misses nothing', async () => {
    expect(types).not.toMatch(/\bimport\b|\brequire\b|\breference\b.*(?:types|path)=|from '/);
    // As a source file: of files of declarations, the compiler would check its own libraries too, for seconds.
    await writeFile(path.join(folder, 'alone.mts'), types);
    const compilerOptions = { strict: true, noEmit: true, skipLibCheck: true, module: 'nodenext', types: [] };
    expect(await compilerOn('alone.mts', { compilerOptions })).toBe('');
  });
});
