import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { findFreePort } from '@/scripts/free-port.mjs';
import { plainEnvironment } from '@/tests/support/server/environment';

export type ServiceAnswer = {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
};

/** What it takes to run a service: a command that ends with its stdin, so that it does not outlive these tests. */
export type ServiceCommand = { readonly command: string; readonly args: readonly string[]; readonly folder: string };

export type RunningService = {
  /** Asks it with an `Authorization` header; null for none. `path`: `/`, unless said otherwise. */
  ask(authorization: string | null, path?: string): Promise<ServiceAnswer>;
  /** Of `/`. */
  readonly url: string;
  end(): Promise<void>;
};

const READY_WITHIN_MS = 10_000;
const END_WITHIN_MS = 2_000;
const KEPT_OUTPUT = 5_000;

/** Starts a service on a free port and waits until it answers. Rejects with what it printed when it does not. */
export async function runService(
  { command, args, folder }: ServiceCommand,
  settings: Readonly<Record<string, string>>,
): Promise<RunningService> {
  const port = await findFreePort();
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...plainEnvironment(), ...settings, PORT: String(port) },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output = (output + chunk).slice(-KEPT_OUTPUT);
    });
  }
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await ask(port, null).catch(() => null))) {
    if (Date.now() > deadline || !isAlive(child)) {
      await end(child);
      throw new Error(`The service did not start:\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const url = `http://127.0.0.1:${port}/`;
  return { url, ask: (authorization, path) => ask(port, authorization, path), end: () => end(child) };
}

function ask(port: number, authorization: string | null, path = '/'): Promise<ServiceAnswer> {
  const headers = authorization === null ? {} : { authorization };
  return new Promise((resolve, reject) => {
    const call = http.get({ host: '127.0.0.1', port, path, agent: false, headers, timeout: 10_000 }, (response) => {
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
  child.stdin?.end();
  const timer = setTimeout(() => child.kill('SIGKILL'), END_WITHIN_MS);
  await closed;
  clearTimeout(timer);
}
