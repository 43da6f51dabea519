import { once } from 'node:events';
import { findFreePort } from '@/scripts/free-port.mjs';
import type { Release } from '@/tests/support/copy/releases';
import { startNginx } from './nginx';
import { startServer, type TestServer } from './server';

const COUNT = 3;

/** Three servers of one site behind nginx. */
export type Instances = {
  readonly origin: string;
  readonly proxy: Awaited<ReturnType<typeof startNginx>>;
  /** One after another is told to end, and started again of another build. Seconds and exit code of each end. */
  roll(release: Release): Promise<{ readonly seconds: number; readonly code: number | null }[]>;
  /** Ends one as a crash would, and says which port it had. */
  kill(): Promise<number>;
  stop(): Promise<void>;
};

export async function startInstances(databaseUrl: string, release: Release): Promise<Instances> {
  const sitePort = await findFreePort();
  const origin = `http://localhost:${sitePort}`;
  const ports = await Promise.all(Array.from({ length: COUNT }, findFreePort));
  const start = ({ folder, name }: Release, port: number): Promise<TestServer> =>
    startServer({
      ...{ databaseUrl, port, folder },
      // The drain is the product's own.
      env: { APP_ORIGIN: origin, TRUSTED_PROXY_HOPS: '1', NEXT_DEPLOYMENT_ID: name, DRAIN_SECONDS: undefined },
    });
  const servers = await Promise.all(ports.map((port) => start(release, port)));
  const proxy = await startNginx(ports, sitePort);
  return {
    origin,
    proxy,
    async roll(next) {
      const ends: { seconds: number; code: number | null }[] = [];
      for (const [at, server] of servers.entries()) {
        const toldAtMs = performance.now();
        const exited = once(server.process, 'exit');
        await server.stop();
        const [code] = (await exited) as [number | null];
        ends.push({ seconds: (performance.now() - toldAtMs) / 1_000, code });
        servers[at] = await start(next, server.port);
      }
      return ends;
    },
    async kill() {
      const [first] = servers;
      await first?.kill();
      return first?.port ?? 0;
    },
    async stop() {
      await Promise.all(servers.map((server) => server.kill()));
      await proxy.stop();
    },
  };
}
