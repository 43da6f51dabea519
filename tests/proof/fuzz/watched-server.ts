import { readFileSync } from 'node:fs';
import { vi } from 'vitest';
import { recordOutput, useServer } from '@/tests/support/server/use-server';

/** What one request may cost the server, in seconds of its own on a processor: a machine that is busy does not count. */
const MAX_CPU_SECONDS = 1;
/** And in time, where nobody can tell what it cost; a machine that is busy with something else holds that too. */
const MAX_SECONDS = 10;
/** In Linux a tick is 10 ms, whatever the kernel's own clock does. */
const TICKS_A_SECOND = 100;

export type WatchedServer = {
  readonly port: number;
  /** Everything that it printed. */
  output(): string;
  /** Bytes that are in use after a collection. */
  heapBytes(): Promise<number>;
  /** Waits for `work`, and says in words when that cost the server too much; else null. */
  costOf(work: () => Promise<unknown>): Promise<string | null>;
};

/** A server for this test file, of which is known what it prints, keeps and works. */
export async function useWatchedServer(databaseUrl: string): Promise<WatchedServer> {
  const preload = new URL('memory-on-signal.mjs', import.meta.url).href;
  const env = { NODE_OPTIONS: `--import=${preload}`, CRON_SECRET: 'a-secret-for-the-scheduler-alone' };
  const server = await useServer({ databaseUrl, env });
  const output = recordOutput(server);
  const printed = () => [...output().matchAll(/heap-after-collection (\d+)/g)].map(([, bytes]) => Number(bytes));
  return {
    port: server.port,
    output,
    async heapBytes() {
      const before = printed().length;
      server.process.kill('SIGUSR2');
      return vi.waitFor(
        () => {
          const now = printed();
          if (now.length === before) throw new Error('Nothing is collected yet');
          return now.at(-1) ?? 0;
        },
        { timeout: 30_000, interval: 50 },
      );
    },
    async costOf(work) {
      const [from, startedAtMs] = [cpuSeconds(server.process.pid), performance.now()];
      await work();
      const [to, seconds] = [cpuSeconds(server.process.pid), (performance.now() - startedAtMs) / 1_000];
      if (from !== null && to !== null && to - from > MAX_CPU_SECONDS) return `cost ${to - from} s of a processor`;
      return seconds > MAX_SECONDS ? `took ${seconds} s` : null;
    },
  };
}

/** What a process has used of processors so far, its threads too; null where the system does not say. */
function cpuSeconds(pid: number | undefined): number | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
  } catch {
    return null;
  }
}
