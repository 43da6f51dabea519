import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { freshConnections } from '@/tests/support/fresh-connections';
import { plainEnvironment, REPOSITORY } from '@/tests/support/server/environment';
import { findFreePort } from '@/tests/support/server/server';
import { buildVerifier } from './verifier-bundle';

/** A service of somebody else's, as README.md shows it: a process of its own that knows the issuer's address. */
export type Service = {
  /** Asks it with an `Authorization` header; null for none. */
  ask(authorization: string | null): Promise<ServiceAnswer>;
};

export type ServiceAnswer = {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
};

export type ServiceSettings = {
  readonly ISSUER: string;
  readonly AUDIENCE: string;
  readonly MAX_STALE_SECONDS?: string;
};

const READY_WITHIN_MS = 10_000;

/** Last started, first ended; when the file that imports this module is done. */
const ends: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

/** The code block of README.md whose first line names `file`. */
export async function readmeBlock(file: string): Promise<string> {
  const text = await readFile(path.join(REPOSITORY, 'README.md'), 'utf8');
  const blocks = [...text.matchAll(/^```\w+\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);
  const [found, ...more] = blocks.filter((code) => (code.split('\n', 1)[0] ?? '').includes(file));
  if (found === undefined || more.length > 0) throw new Error(`README.md does not show ${file} once`);
  return found;
}

/** Starts README's `service.mjs` in a folder that holds nothing but it and the bundle. */
export async function startNodeService(settings: ServiceSettings): Promise<Service> {
  const folder = await makeFolder('service.mjs');
  await buildVerifier(folder);
  const preload = new URL(`../../../scripts/die-with-parent.mjs?parent=${process.pid}`, import.meta.url).href;
  return startService(process.execPath, ['--import', preload, 'service.mjs'], folder, settings);
}

/** Ends with its stdin, so that it does not outlive these tests. */
const PYTHON_RUNNER = `
import os, runpy, sys, threading
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
runpy.run_path('service.py', run_name='__main__')`;

/** Starts README's `service.py`, with the Python that `npm test` found, or the system's own. */
export async function startPythonService(settings: ServiceSettings): Promise<Service> {
  const folder = await makeFolder('service.py');
  return startService(process.env['HANDSTAMP_PYTHON'] ?? '/usr/bin/python3', ['-c', PYTHON_RUNNER], folder, settings);
}

async function makeFolder(file: string): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'handstamp-service-'));
  ends.push(() => rm(folder, { recursive: true, force: true }));
  await writeFile(path.join(folder, file), await readmeBlock(file));
  return folder;
}

async function startService(
  command: string,
  args: readonly string[],
  folder: string,
  settings: ServiceSettings,
): Promise<Service> {
  const port = await findFreePort();
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...plainEnvironment(), ...settings, PORT: String(port) },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output = (output + chunk).slice(-5_000);
    });
  }
  ends.push(() => end(child));
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await ask(port, null).catch(() => null))) {
    if (Date.now() > deadline || !isAlive(child)) throw new Error(`The service did not start:\n${output}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { ask: (authorization) => ask(port, authorization) };
}

function ask(port: number, authorization: string | null): Promise<ServiceAnswer> {
  const agent = freshConnections.plain;
  const headers = authorization === null ? {} : { authorization };
  return new Promise((resolve, reject) => {
    const call = http.get({ host: '127.0.0.1', port, agent, headers, timeout: 10_000 }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    call.on('timeout', () => call.destroy(new Error('The service does not answer')));
    call.on('error', reject);
  });
}

const isAlive = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;

async function end(child: ChildProcess): Promise<void> {
  if (!isAlive(child)) return;
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}
