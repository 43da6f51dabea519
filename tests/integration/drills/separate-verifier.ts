import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { plainEnvironment, REPOSITORY } from '@/tests/support/server/environment';

export type SeparateVerifier = {
  /** `valid`, or why the token is refused. */
  verify(token: string): Promise<string>;
  /** How often it asked the issuer so far. */
  fetches(): Promise<number>;
  stop(): Promise<void>;
};

/** Starts a process that verifies tokens and was told the issuer's URL, no more; it finds it at `reachedAt`. */
export function startSeparateVerifier(issuer: string, reachedAt = issuer): SeparateVerifier {
  const program = fileURLToPath(new URL('verifying-service.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', './scripts/typescript.mjs', program, issuer, reachedAt], {
    cwd: REPOSITORY,
    env: plainEnvironment(),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  /** It answers in the order of the questions. */
  const waiting: ((answer: string) => void)[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.(line));
  child.once('close', (code) => {
    for (const resolve of waiting.splice(0)) resolve(`the verifier ended with code ${code}`);
  });
  const ask = (line: string): Promise<string> =>
    new Promise((resolve) => {
      waiting.push(resolve);
      child.stdin.write(`${line}\n`);
    });
  return {
    verify: ask,
    fetches: async () => Number(await ask('')),
    stop: async () => {
      if (child.exitCode !== null) return;
      const closed = once(child, 'close');
      child.stdin.end();
      await closed;
    },
  };
}
