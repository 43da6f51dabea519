import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { REPOSITORY } from '@/tests/support/server/environment';

const run = promisify(execFile);

/** A store of images in a folder of its own: nothing of the machine's is touched. */
export type ImageStore = {
  readonly folder: string;
  /** Runs buildah on this store; its output. */
  buildah(...args: readonly string[]): Promise<string>;
  /** Where the files of an image can be seen. */
  mount(image: string): Promise<string>;
  remove(): Promise<void>;
};

export async function makeStore(): Promise<ImageStore> {
  const command = process.env['HANDSTAMP_BUILDAH'];
  if (!command) throw new Error('HANDSTAMP_BUILDAH does not say where buildah is');
  const folder = await mkdtemp(path.join(os.tmpdir(), 'handstamp-images-'));
  // A root file system is reached by everybody who may read it.
  await chmod(folder, 0o755);
  const own = ['--storage-driver', 'vfs', '--root', path.join(folder, 'root'), '--runroot', path.join(folder, 'run')];
  const over = new AbortController();
  const buildah = async (...args: readonly string[]) => {
    const options = { cwd: REPOSITORY, maxBuffer: 64_000_000, signal: over.signal };
    const { stdout } = await run(command, [...own, ...args], options);
    return stdout.trim();
  };
  return {
    folder,
    buildah,
    mount: async (image) => buildah('mount', await buildah('from', image)),
    async remove() {
      await buildah('unmount', '--all').catch(() => undefined);
      over.abort();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

const C_LIBRARIES = /^lib(?:rt|util|resolv|anl|nss_\w+)\.so\.\d+$/;
const PROGRAMS = ['sh', 'env', 'mkdir', 'cat', 'rm', 'cp'];

/**
 * Makes an image that stands in for `node:24-bookworm-slim`, where no registry of images can be reached: this machine's
 * Node, npm and shell, with what they load.
 *
 * @returns Its name.
 */
export async function makeBaseImage({ folder, buildah }: ImageStore): Promise<string> {
  const context = path.join(folder, 'base');
  const rootfs = path.join(context, 'rootfs');
  const programs = [process.execPath, ...(await Promise.all(PROGRAMS.map(locationOf)))];
  const libraries = await Promise.all(programs.map(async (program) => (await run('ldd', [program])).stdout));
  const files = new Set([...programs, ...libraries.flatMap((text) => text.match(/\/[^ )]+/g) ?? [])]);
  // What packages with native code ask for besides belongs to the C library.
  const [libc = ''] = [...files].filter((file) => path.basename(file).startsWith('libc.so'));
  const others = (await readdir(path.dirname(libc))).filter((name) => C_LIBRARIES.test(name));
  for (const name of others) files.add(path.join(path.dirname(libc), name));
  for (const file of files) await copyTo(rootfs, file, file);
  for (const program of programs) await copyTo(rootfs, program, path.join('/usr/bin', path.basename(program)));
  await copyTo(rootfs, await locationOf('sh'), '/bin/sh');
  for (const name of ['tmp', 'root']) await mkdir(path.join(rootfs, name));
  const npm = path.resolve(await realpath(await locationOf('npm')), '../..');
  await run('cp', ['-r', npm, path.join(rootfs, 'usr/npm')]);
  await writeFile(path.join(rootfs, 'usr/bin/npm'), '#!/bin/sh\nexec node /usr/npm/bin/npm-cli.js "$@"\n', {
    mode: 0o755,
  });
  // A mirror of the registry may have a certificate that this machine knows.
  const certificates = process.env['NODE_EXTRA_CA_CERTS'];
  if (certificates) await copyTo(rootfs, certificates, '/etc/certificates.crt');
  const environment = certificates ? 'ENV NODE_EXTRA_CA_CERTS=/etc/certificates.crt\n' : '';
  const text = `FROM scratch\nCOPY rootfs /\nENV PATH=/usr/bin:/bin\n${environment}`;
  await writeFile(path.join(context, 'Containerfile'), text);
  await buildah('bud', '--isolation', 'chroot', '--tag', 'localhost/base', context);
  return 'localhost/base';
}

const locationOf = async (program: string) => (await run('sh', ['-c', `command -v ${program}`])).stdout.trim();

async function copyTo(rootfs: string, file: string, place: string): Promise<void> {
  const target = path.join(rootfs, place);
  await mkdir(path.dirname(target), { recursive: true });
  await copyFile(file, target);
}

/** Its own mount, which nobody else sees and which is gone with the program. */
const READ_ONLY = [
  'rootfs=$1 user=$2; shift 2',
  'mount --bind "$rootfs" "$rootfs" && mount -o remount,ro,bind "$rootfs"',
  'exec chroot --userspec="$user" "$rootfs" /usr/bin/env -i "$@"',
].join('\n');

/**
 * Starts a program of an image in `/app`, as the image's user, in a root file system that nobody can write to, with
 * nothing in the environment but `env`.
 */
export function startReadOnly(
  rootfs: string,
  user: string,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): ChildProcess {
  const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const inFolder = ['/bin/sh', '-c', 'cd /app && exec "$@"', 'sh', ...command];
  const args = ['--mount', 'sh', '-ec', READ_ONLY, 'sh', rootfs, user, ...settings, ...inFolder];
  return spawn('unshare', args, { stdio: ['ignore', 'pipe', 'pipe'] });
}
