import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { REPOSITORY } from '@/tests/support/server/environment';
import { copyWithPackages, type RepositoryCopy } from './repository-copy';

/** A build of the whole product, with a name. */
export type Release = {
  readonly folder: string;
  readonly name: string;
  readonly isPreviousTag: boolean;
  /** True: it is the server of an image, and `next start` has nothing to do with it. */
  readonly isStandalone: boolean;
  remove(): Promise<void>;
};

/** As an operator keeps it: the same for every build. */
const ACTIONS_KEY = Buffer.alloc(32, 'the same for every release').toString('base64');

/** What the release before must have: without it its own end loses requests, whatever this one does. */
const HAS_A_DRAIN = 'lib/server/maintenance/end-on-signals.ts';

/** Builds the sources as they are, as a release of this name. */
export async function buildThis(name: string, isStandalone = false): Promise<Release> {
  const copy = await copyWithPackages(`release-${name}`);
  return build(copy, { name, isStandalone, isPreviousTag: false });
}

/**
 * Builds the tag before; where there is none that ends as it should, the sources as they are with another text on a page and in a
 * script: other files, other names of chunks, the same actions.
 */
export async function buildPrevious(name: string, isStandalone = false): Promise<Release> {
  const copy = await copyWithPackages(`release-${name}`);
  const tag = previousTag();
  if (tag !== null) await takeSources(copy, tag);
  else await change(copy, 'app/(member)/account/name-form.tsx', 'Save name', 'Keep the name');
  return build(copy, { name, isStandalone, isPreviousTag: tag !== null });
}

/** Each has the files of the other's pages, as docs/deploy.md tells: names are hashes of content, and none clashes. */
export async function shareFiles(one: Release, other: Release): Promise<void> {
  const files = ({ folder, isStandalone }: Release) =>
    path.join(folder, isStandalone ? '.next/standalone' : '.', '.next/static');
  await cp(files(one), files(other), { recursive: true, force: false });
  await cp(files(other), files(one), { recursive: true, force: false });
}

function previousTag(): string | null {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: REPOSITORY, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const tag = git('describe', '--tags', '--abbrev=0').trim();
    return git('ls-tree', '--name-only', tag, '--', HAS_A_DRAIN).trim() === '' ? null : tag;
  } catch {
    return null;
  }
}

async function takeSources(copy: RepositoryCopy, tag: string): Promise<void> {
  // Nothing of today stays but the packages: a build looks at scripts and tests too, which know files that are not there yet.
  const today = (await readdir(copy.folder)).filter((name) => name !== 'node_modules');
  for (const name of today) await rm(path.join(copy.folder, name), { recursive: true, force: true });
  const { code, output } = await copy.run('sh', [
    '-c',
    `git -C "${REPOSITORY}" archive ${tag} | tar -x -C "${copy.folder}"`,
  ]);
  if (code !== 0) throw new Error(output);
  // Its packages are taken to be those of now: where they differ, it is built with its own.
  if (existsSync(path.join(copy.folder, 'package-lock.json'))) {
    const lock = (folder: string) =>
      execFileSync('git', ['hash-object', path.join(folder, 'package-lock.json')]).toString();
    if (lock(copy.folder) !== lock(REPOSITORY))
      await succeed(copy, 'npm', ['ci', '--include=dev', '--no-audit', '--no-fund']);
  }
  await succeed(copy, process.execPath, ['node_modules/prisma/build/index.js', 'generate']);
}

async function change(copy: RepositoryCopy, file: string, from: string, to: string): Promise<void> {
  const text = await copy.read(file);
  if (!text.includes(from)) throw new Error(`${file} does not say "${from}"`);
  await copy.write(file, text.replace(from, to));
}

async function build(
  { folder, remove, ...copy }: RepositoryCopy,
  about: Pick<Release, 'name' | 'isPreviousTag' | 'isStandalone'>,
): Promise<Release> {
  const { name, isStandalone } = about;
  const env = {
    NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: ACTIONS_KEY,
    NEXT_DEPLOYMENT_ID: name,
    HANDSTAMP_STANDALONE: isStandalone ? '1' : '',
  };
  // Its own, not that of the repository: a page that is drawn has one React.
  await succeed(copy, process.execPath, ['node_modules/next/dist/bin/next', 'build'], env);
  if (isStandalone) {
    // As the image has it: Next leaves out what browsers fetch.
    const files = '.next/static';
    await cp(path.join(folder, files), path.join(folder, '.next/standalone', files), { recursive: true });
  }
  return { ...about, folder, remove };
}

async function succeed({ run }: Pick<RepositoryCopy, 'run'>, command: string, args: string[], env = {}): Promise<void> {
  const { code, output } = await run(command, args, env);
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}:\n${output}`);
}
