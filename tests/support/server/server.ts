import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { findFreePort } from '@/scripts/free-port.mjs';
import { runCommand } from '@/tests/support/database/postgres';
import { plainEnvironment, REPOSITORY, testEnvironment } from './environment';

const READY_WITHIN_MS = 60_000;
const POLL_MS = 50;
const STOP_WITHIN_MS = 10_000;
const KEPT_OUTPUT = 20_000;

export type TestServer = {
  /** What a browser types, `http://localhost:<port>`; equals APP_ORIGIN. */
  readonly origin: string;
  readonly port: number;
  readonly process: ChildProcess;
  /** Folder of the mailbox: `GET /api/dev/mail` reads it. */
  readonly dataFolder: string;
  /** What the server printed so far, the last part if it was much. */
  output(): string;
  /** Ends it politely. */
  stop(): Promise<void>;
  /** Ends it as a crash would: SIGKILL. */
  kill(): Promise<void>;
};

export type ServerOptions = {
  readonly databaseUrl: string;
  /** Settings besides those of `testEnvironment`, or instead of them; undefined leaves one at its default. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default: a free one. */
  readonly port?: number;
  /** Where the build is; default: the repository. */
  readonly folder?: string;
  /** True: the server of `output: 'standalone'` that was built there, as an image has it. */
  readonly isStandalone?: boolean;
  /** False: it is ready when it answers anything, because its database is away. */
  readonly isHealthy?: boolean;
};

/**
 * Starts the production server as a real process and waits until it answers. It must have been built before. It ends
 * with the process that started it. Rejects with the server's output when it does not start.
 */
export async function startServer({
  databaseUrl,
  env = {},
  port,
  folder = REPOSITORY,
  isStandalone = false,
  isHealthy = true,
}: ServerOptions): Promise<TestServer> {
  const usedPort = port ?? (await findFreePort());
  const dataFolder = await mkdtemp(path.join(os.tmpdir(), 'handstamp-server-'));
  const settings: Record<string, string | undefined> = {
    ...testEnvironment(databaseUrl, usedPort),
    HANDSTAMP_DATA: dataFolder,
    HANDSTAMP_PRELOAD: '0',
    // Of the standalone server alone, which also takes its port from PORT.
    ...(isStandalone ? { HOSTNAME: '127.0.0.1' } : {}),
    ...env,
  };
  const preload = new URL(`../../../scripts/die-with-parent.mjs?parent=${process.pid}`, import.meta.url).href;
  const { cwd, args } = isStandalone ? standaloneIn(folder) : startedByNext(folder, usedPort);
  const child = spawn(process.execPath, ['--import', preload, ...args], {
    ...{ cwd, env: Object.assign(plainEnvironment(), settings), stdio: ['pipe', 'pipe', 'pipe'] as const },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output = (output + chunk).slice(-KEPT_OUTPUT);
    });
  }
  const server: TestServer = {
    origin: settings['APP_ORIGIN'] ?? '',
    port: usedPort,
    process: child,
    dataFolder,
    output: () => output,
    stop: () => end(child, 'SIGTERM', dataFolder),
    kill: () => end(child, 'SIGKILL', dataFolder),
  };
  try {
    await untilReady(server, isHealthy);
  } catch (error) {
    await server.kill();
    throw error;
  }
  return server;
}

/** Of the folder's own packages, where it has some: a page has one React. */
function startedByNext(folder: string, port: number) {
  const next = createRequire(path.join(folder, 'package.json')).resolve('next/dist/bin/next');
  return { cwd: folder, args: [next, 'start', '-H', '127.0.0.1', '-p', String(port)] };
}

function standaloneIn(folder: string) {
  return { cwd: path.join(folder, '.next/standalone'), args: ['server.js'] };
}

/** Makes the demo accounts, as quickstart does. */
export async function seedDemoAccounts(databaseUrl: string): Promise<void> {
  await runCommand('prisma/seed.ts', { ...testEnvironment(databaseUrl), HANDSTAMP_DATA: os.tmpdir() });
}

async function untilReady(server: TestServer, isHealthy: boolean): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline && isAlive(server.process)) {
    const answer = await fetch(`http://127.0.0.1:${server.port}/api/health`).catch(() => null);
    if (answer !== null && (answer.status === 200 || !isHealthy)) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`The server ${isAlive(server.process) ? 'is not healthy' : 'ended'}:\n${server.output()}`);
}

const isAlive = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL', dataFolder: string): Promise<void> {
  if (isAlive(child)) {
    const closed = once(child, 'close');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    await closed;
    clearTimeout(timer);
  }
  await rm(dataFolder, { recursive: true, force: true });
}
