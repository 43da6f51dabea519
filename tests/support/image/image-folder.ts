import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { plainEnvironment, REPOSITORY } from '@/tests/support/server/environment';
import { environmentOf, lastStage, readDockerfile } from './dockerfile';

/** As root we can be somebody who owns nothing, as an image's user does. */
const isRoot = process.getuid?.() === 0;
const NOBODY = isRoot ? { uid: 65_534, gid: 65_534 } : {};

const READY_WITHIN_MS = 30_000;
const POLL_MS = 20;

export type Ended = { readonly code: number | null; readonly output: string };

export type ImageServer = {
  readonly port: number;
  output(): string;
  /** Sends SIGTERM, as an engine does, and waits. */
  stop(): Promise<Ended>;
};

export type ImageFolder = {
  readonly folder: string;
  /** What the assembly printed. */
  readonly printed: string;
  /** One line for each file: its name, size, and when it was written. */
  contents(): Promise<string[]>;
  /** Runs a command of the image there, such as `keys status`. */
  run(command: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended>;
  /** Starts the server and waits until it says that it lives. */
  start(port: number, env: Readonly<Record<string, string>>): Promise<ImageServer>;
  remove(): Promise<void>;
};

/**
 * Puts together what an image holds, from the build that is there, in a folder that whoever runs it cannot write to.
 *
 * @param previous The folder `.next` of an image before.
 */
export async function makeImageFolder(previous?: string): Promise<ImageFolder> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'handstamp-image-'));
  const script = path.join(REPOSITORY, 'scripts/image.mjs');
  const { stdout: printed } = await promisify(execFile)(process.execPath, [script, folder], {
    env: { ...plainEnvironment(), ...(previous === undefined ? {} : { HANDSTAMP_PREVIOUS: previous }) },
  });
  if (!isRoot) await chmodAll(folder, 'a-w');
  const living = new Set<ChildProcess>();
  const startNode = (args: readonly string[], env: Readonly<Record<string, string>>) => {
    const own = { ...imageEnvironment(), ...env };
    const child = spawn(process.execPath, args, {
      ...{ cwd: folder, env: Object.assign(plainEnvironment(), own), stdio: ['ignore', 'pipe', 'pipe'] as const },
      ...NOBODY,
    });
    living.add(child);
    child.once('close', () => living.delete(child));
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    const ended = once(child, 'close').then(([code]): Ended => ({ code: (code as number | null) ?? null, output }));
    return { child, ended, output: () => output };
  };
  return {
    folder,
    printed,
    contents: () => listOf(folder),
    run: (command, args, env) => startNode([`ops/${command}.mjs`, ...args], env).ended,
    async start(port, env) {
      const { child, ended, output } = startNode(['server.js'], { PORT: String(port), ...env });
      await untilAlive(child, port, output);
      return {
        port,
        output,
        stop() {
          child.kill('SIGTERM');
          return ended;
        },
      };
    },
    async remove() {
      for (const child of living) child.kill('SIGKILL');
      if (!isRoot) await chmodAll(folder, 'u+w');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What the image sets; but that nothing of a test listens beyond this machine. */
function imageEnvironment(): Record<string, string> {
  return { ...environmentOf(lastStage(readDockerfile(path.join(REPOSITORY, 'Dockerfile')))), HOSTNAME: '127.0.0.1' };
}

async function chmodAll(folder: string, change: 'a-w' | 'u+w'): Promise<void> {
  await promisify(execFile)('chmod', ['-R', change, folder]);
  if (change === 'u+w') await chmod(folder, 0o755);
}

async function listOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true });
  const lines = entries.map(async (name) => {
    const { size, mtimeMs } = await lstat(path.join(folder, name));
    return `${name} ${size} ${mtimeMs}`;
  });
  return (await Promise.all(lines)).sort();
}

async function untilAlive(child: ChildProcess, port: number, output: () => string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline && child.exitCode === null && child.signalCode === null) {
    const answer = await fetch(`http://127.0.0.1:${port}/api/health/live`).catch(() => null);
    if (answer?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`The server of the image does not live:\n${output()}`);
}
