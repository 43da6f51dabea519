import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { plainEnvironment, REPOSITORY } from '@/tests/support/server/environment';

/** What a fresh clone has not: packages, builds, data, reports. */
const NO_CLONE =
  /^(?:\.git|\.next|\.data|\.vercel|\.env(?!\.example).*|dist|node_modules|next-env\.d\.ts|test-results|playwright-report|.*\.tsbuildinfo)$/;

export type Outcome = { readonly code: number | null; readonly output: string };

export type RepositoryCopy = {
  readonly folder: string;
  /** Writes a file, with the folders that it needs. */
  write(file: string, text: string): Promise<void>;
  read(file: string): Promise<string>;
  /** Runs a program in the copy, with `env` besides what any process needs. */
  run(command: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Outcome>;
  remove(): Promise<void>;
};

/**
 * A copy of the repository as a fresh clone has it, for a test that changes files. It lies below `.data`, which git, lint
 * and types leave out, and so finds the packages of the repository in a folder above it.
 */
export async function copyRepository(name: string): Promise<RepositoryCopy> {
  const folder = path.join(REPOSITORY, '.data/copies', name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const entry of await readdir(REPOSITORY)) {
    if (NO_CLONE.test(entry)) continue;
    await cp(path.join(REPOSITORY, entry), path.join(folder, entry), { recursive: true });
  }
  return {
    folder,
    write: async (file, text) => {
      const full = path.join(folder, file);
      await mkdir(path.dirname(full), { recursive: true });
      await writeFile(full, text);
    },
    read: (file) => readFile(path.join(folder, file), 'utf8'),
    run: (command, args, env = {}) => run(folder, command, args, env),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function run(
  folder: string,
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...plainEnvironment(), NEXT_TELEMETRY_DISABLED: '1', NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [code]: (number | null)[] = await once(child, 'close');
  return { code: code ?? null, output };
}

/** The arguments that run a package's program with Node: npm's own links to it differ from system to system. */
export const PROGRAMS = {
  next: path.join(REPOSITORY, 'node_modules/next/dist/bin/next'),
  prisma: path.join(REPOSITORY, 'node_modules/prisma/build/index.js'),
  tsc: path.join(REPOSITORY, 'node_modules/typescript/bin/tsc'),
  biome: path.join(REPOSITORY, 'node_modules/@biomejs/biome/bin/biome'),
  vitest: path.join(REPOSITORY, 'node_modules/vitest/vitest.mjs'),
} as const;
