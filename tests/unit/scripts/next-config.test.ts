import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { plainEnvironment } from '@/tests/support/server/environment';

type Config = { output?: string; outputFileTracingRoot: string; turbopack: { root: string } };

const FILES = ['package.json', 'next.config.js'];

/** A folder with stray lock files all the way down, `next` in `packages`, and our configuration in `project`. */
async function layOut(packages: string, project: string): Promise<(name: string) => string> {
  const top = await realpath(await mkdtemp(path.join(os.tmpdir(), 'handstamp-root-')));
  onTestFinished(() => rm(top, { recursive: true }));
  const inside = (name: string) => path.join(top, name);
  await mkdir(inside(project), { recursive: true });
  for (const folder of ['.', 'a', project]) await writeFile(inside(`${folder}/package-lock.json`), '{}');
  await mkdir(inside(`${packages}/node_modules/next`), { recursive: true });
  await writeFile(inside(`${packages}/node_modules/next/package.json`), '{"name":"next"}');
  for (const file of FILES) await cp(file, inside(`${project}/${file}`));
  return inside;
}

async function configOf(folder: string, env: Readonly<Record<string, string>> = {}): Promise<Config> {
  const code = "import('./next.config.js').then(({ default: config }) => console.log(JSON.stringify(config)))";
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', code], {
    cwd: folder,
    env: Object.assign(plainEnvironment(), env),
  });
  return JSON.parse(stdout);
}

test.each([
  ['a project with packages of its own', 'a/project', 'a/project'],
  ['a workspace that holds the packages', 'a', 'a/project'],
])('the root of a build is %s, whatever lock files lie above', async (_name, packages, project) => {
  const inside = await layOut(packages, project);
  const { outputFileTracingRoot, turbopack } = await configOf(inside(project));
  expect([outputFileTracingRoot, turbopack.root]).toEqual([inside(packages), inside(packages)]);
});

test('a build is standalone where that is asked for, and nowhere else', async () => {
  const outputs = [{}, { HANDSTAMP_STANDALONE: '' }, { HANDSTAMP_STANDALONE: '1' }].map(
    async (env) => (await configOf(process.cwd(), env)).output,
  );
  expect(await Promise.all(outputs)).toEqual([undefined, undefined, 'standalone']);
});
