import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { plainEnvironment, REPOSITORY } from '@/tests/support/server/environment';

/**
 * Runs a program of this folder as a process of its own, where memory and CPU are its own, and gives what it prints as
 * JSON. `input` comes to it as JSON on stdin.
 */
export async function runProgram<T>(name: string, env: Record<string, string>, input: unknown): Promise<T> {
  const program = fileURLToPath(new URL(name, import.meta.url));
  const flags = ['--expose-gc', '--conditions=react-server', '--import', './scripts/typescript.mjs', program];
  const child = spawn(process.execPath, flags, {
    cwd: REPOSITORY,
    env: Object.assign(plainEnvironment(), env),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  child.stdin.end(JSON.stringify(input));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${name} ended with code ${code}`);
  return JSON.parse(output) as T;
}

/** What `runProgram` was given. */
export async function readInput<T>(): Promise<T> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) text += String(chunk);
  return JSON.parse(text) as T;
}
