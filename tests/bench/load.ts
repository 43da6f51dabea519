import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type Load = {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly seconds: number;
  readonly connections: number;
  /** A Lua program beside this module that makes the requests, and what it is given. */
  readonly script?: { readonly name: string; readonly args: readonly string[] };
  /** True: every answer must be a refusal. */
  readonly isRefused?: boolean;
};

export type Measured = {
  readonly requestsPerSecond: number;
  readonly requests: number;
  /** Milliseconds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
};

/** Drives `url` with wrk. Throws when any answer is another than expected: a fast refusal would look like speed. */
export async function drive({ url, headers = {}, seconds, connections, script, isRefused }: Load): Promise<Measured> {
  const lines = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const program = script === undefined ? [] : ['-s', fileURLToPath(new URL(script.name, import.meta.url))];
  const own = script === undefined ? [] : ['--', ...script.args];
  const load = ['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '--timeout', '10s', '--latency'];
  const args = [...load, ...lines, ...program, url, ...own];
  const { stdout } = await run(process.env['HANDSTAMP_WRK'] ?? 'wrk', args);
  const requests = Number(/(\d+) requests in/.exec(stdout)?.[1]);
  const refused = Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0);
  const trouble = /Socket errors: .*|PANIC.*/.exec(stdout)?.[0];
  if (trouble !== undefined) throw new Error(`${url}: ${trouble}`);
  if (refused !== (isRefused ? requests : 0)) throw new Error(`${url}: ${refused} of ${requests} were refused`);
  return {
    requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
    requests,
    p50Ms: milliseconds(/50%\s+([\d.]+)(us|ms|s)/.exec(stdout)),
    p99Ms: milliseconds(/99%\s+([\d.]+)(us|ms|s)/.exec(stdout)),
  };
}

function milliseconds(match: RegExpExecArray | null): number {
  const [, value = 'NaN', unit = 'ms'] = match ?? [];
  return Number(value) * ({ us: 0.001, ms: 1, s: 1_000 }[unit] ?? 1);
}

/** Clock ticks a second of Linux, whatever the machine. */
const TICKS_PER_SECOND = 100;

/** CPU time that a process has used, all threads, in microseconds; NaN where the system does not tell (not Linux). */
export function cpuMicroseconds(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1e6;
  } catch {
    return Number.NaN;
  }
}
