import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll } from 'vitest';
import { plainEnvironment, REPOSITORY } from '@/tests/support/server/environment';
import { type RunningService, runService, type ServiceCommand } from './service-process';
import { buildVerifier } from './verifier-bundle';

/** A service of another team, as examples/ shows it: a process of its own that knows the issuer's address. */
export type Service = Pick<RunningService, 'ask' | 'url'>;

/** Its environment: what every service must know, and what a test adds. */
export type ServiceSettings = Readonly<Record<string, string>> & { readonly ISSUER: string; readonly AUDIENCE: string };

export type Language = 'node' | 'python' | 'go';

/** Last started, first ended; when the file that imports this module is done. */
const ends: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

const prepared = new Map<Language, Promise<ServiceCommand>>();

/** Makes what it takes to run examples/<language>, once a test file. Compiling Go may take longer than a test. */
export function prepareService(language: Language): Promise<ServiceCommand> {
  const command = prepared.get(language) ?? prepare(language);
  prepared.set(language, command);
  return command;
}

/** Starts examples/<language> with `settings`. */
export async function startService(language: Language, settings: ServiceSettings): Promise<Service> {
  const running = await runService(await prepareService(language), settings);
  ends.push(running.end);
  return running;
}

/** Copies the example to a folder that holds nothing else, and adds what its reader is told to add. */
async function prepare(language: Language): Promise<ServiceCommand> {
  const folder = await mkdtemp(path.join(os.tmpdir(), `handstamp-${language}-service-`));
  ends.push(() => rm(folder, { recursive: true, force: true }));
  await cp(path.join(REPOSITORY, 'examples', language), folder, { recursive: true });
  return PREPARATIONS[language](folder);
}

const PREPARATIONS: Record<Language, (folder: string) => Promise<ServiceCommand>> = {
  async node(folder) {
    await buildVerifier(folder);
    const preload = new URL(`../../../scripts/die-with-parent.mjs?parent=${process.pid}`, import.meta.url).href;
    return { command: process.execPath, args: ['--import', preload, 'service.mjs'], folder };
  },

  /** With the Python that `npm test` found, or the system's own. */
  async python(folder) {
    const command = process.env['HANDSTAMP_PYTHON'] ?? '/usr/bin/python3';
    return { command, args: ['-c', PYTHON_RUNNER], folder };
  },

  /** With the Go that HANDSTAMP_GO names; nothing is downloaded, and the compiler's cache is this clone's. */
  async go(folder) {
    const compiler = process.env['HANDSTAMP_GO'];
    if (!compiler) throw new Error('HANDSTAMP_GO names no Go: vitest.config.ts leaves this file out then');
    const cache = path.join(REPOSITORY, 'node_modules/.cache/go-build');
    const env = { ...plainEnvironment(), GOCACHE: cache, GOPROXY: 'off', GOTOOLCHAIN: 'local', GOFLAGS: '' };
    const run = (...args: string[]) => promisify(execFile)(compiler, args, { cwd: folder, env });
    await run('vet', '.');
    await run('build', '-o', 'service', '.');
    return { command: '/bin/sh', args: ['-c', UNTIL_STDIN_ENDS, './service'], folder };
  },
};

const PYTHON_RUNNER = `
import os, runpy, sys, threading
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
runpy.run_path('service.py', run_name='__main__')`;

const UNTIL_STDIN_ENDS = '"$0" & cat > /dev/null; kill $!; wait';
