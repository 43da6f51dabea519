import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { plainEnvironment, REPOSITORY } from './environment';

/** A script of package.json that npm runs, in a process group of its own. */
export type NpmScript = {
  /** Of npm, and of the group. */
  readonly pid: number;
  /** What it printed so far. */
  output(): string;
  /** True while any process of the group lives, whoever its parent is by now. */
  isAnyoneLeft(): boolean;
  /** The exit code of npm, or the signal that ended it, once it has ended. */
  ended(): Promise<number | NodeJS.Signals | null>;
  /** Ends whoever is left, for the end of a test. */
  killAll(): void;
};

/** Starts a script as an operator does, with `env` besides what any process needs. */
export function startNpm(args: readonly string[], env: Readonly<Record<string, string>>): NpmScript {
  const child = spawn('npm', args, {
    ...{ cwd: REPOSITORY, env: Object.assign(plainEnvironment(), env), detached: true },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  const pid = child.pid ?? 0;
  const isAnyoneLeft = () => {
    try {
      return process.kill(-pid, 0);
    } catch {
      return false;
    }
  };
  return {
    pid,
    output: () => output,
    isAnyoneLeft,
    async ended() {
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      return child.exitCode ?? child.signalCode;
    },
    killAll() {
      if (isAnyoneLeft()) process.kill(-pid, 'SIGKILL');
    },
  };
}
