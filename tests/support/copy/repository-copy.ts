import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFile,
  cp,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import os from 'node:os';
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
  return copyInto(folder);
}

/**
 * A copy with packages of its own, for a program that takes the folder for a whole project. It lies outside of the
 * repository: a bundler that finds two lockfiles above each other would look through both projects.
 */
export async function copyWithPackages(name: string): Promise<RepositoryCopy> {
  const folder = await mkdtemp(path.join(os.tmpdir(), `handstamp-${name}-`));
  await linkFolder(path.join(REPOSITORY, 'node_modules'), path.join(folder, 'node_modules'));
  return copyInto(folder);
}

/** The same files under another name: a gigabyte of packages takes no place and no time. Across disks they are copied. */
async function linkFolder(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  const entries = await readdir(from, { withFileTypes: true });
  await Promise.all(
    entries.map(async (entry) => {
      const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
      if (entry.isDirectory()) return linkFolder(source, target);
      if (entry.isSymbolicLink()) return symlink(await readlink(source), target);
      // npm writes its notes into the file as it is.
      if (entry.name.startsWith('.')) return copyFile(source, target);
      return link(source, target).catch(() => copyFile(source, target));
    }),
  );
}

async function copyInto(folder: string): Promise<RepositoryCopy> {
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
