import { once } from 'node:events';
import { findFreePort } from '@/scripts/free-port.mjs';
import type { Release } from '@/tests/support/copy/releases';
import { startNginx } from './nginx';
import { startServer, type TestServer } from './server';

const COUNT = 3;

/** Seconds and exit code of an end. */
export type End = { readonly seconds: number; readonly code: number | null };

/** Three servers of one site behind nginx. `place` is 0 to 2. */
export type Instances = {
  readonly origin: string;
  readonly ports: readonly number[];
  readonly proxy: Awaited<ReturnType<typeof startNginx>>;
  /** Starts one of a build where none lives, and resolves once it is healthy. */
  startAt(place: number, release: Release): Promise<void>;
  /** Tells one to end, and waits for that. */
  endAt(place: number): Promise<End>;
  /** Ends one as a crash would, and says which port it had. */
  killAt(place: number): Promise<number>;
  /** The last that the present one printed. */
  outputAt(place: number): string;
  /** One after another is told to end, and started again of another build. */
  roll(release: Release): Promise<End[]>;
  stop(): Promise<void>;
};

export type InstancesOptions = {
  /** Default: a free one. */
  readonly sitePort?: number;
  readonly env?: Readonly<Record<string, string>>;
};

export async function startInstances(
  databaseUrl: string,
  release: Release,
  { sitePort: givenPort, env = {} }: InstancesOptions = {},
): Promise<Instances> {
  const sitePort = givenPort ?? (await findFreePort());
  const origin = `http://localhost:${sitePort}`;
  const ports = await Promise.all(Array.from({ length: COUNT }, findFreePort));
  const start = ({ folder, name, isStandalone }: Release, port: number): Promise<TestServer> =>
    startServer({
      ...{ databaseUrl, port, folder, isStandalone },
      // The drain is the product's own.
      env: { APP_ORIGIN: origin, TRUSTED_PROXY_HOPS: '1', NEXT_DEPLOYMENT_ID: name, DRAIN_SECONDS: undefined, ...env },
    });
  const servers = await Promise.all(ports.map((port) => start(release, port)));
  const proxy = await startNginx(ports, sitePort);
  const serverAt = (place: number): TestServer => {
    const server = servers[place];
    if (server === undefined) throw new Error(`There is no place ${place}`);
    return server;
  };
  const instances: Instances = {
    ...{ origin, ports, proxy },
    async startAt(place, next) {
      servers[place] = await start(next, serverAt(place).port);
    },
    async endAt(place) {
      const server = serverAt(place);
      const toldAtMs = performance.now();
      const exited = once(server.process, 'exit');
      await server.stop();
      const [code] = (await exited) as [number | null];
      return { seconds: (performance.now() - toldAtMs) / 1_000, code };
    },
    async killAt(place) {
      const server = serverAt(place);
      await server.kill();
      return server.port;
    },
    outputAt: (place) => serverAt(place).output(),
    async roll(next) {
      const ends: End[] = [];
      for (const place of servers.keys()) {
        ends.push(await instances.endAt(place));
        await instances.startAt(place, next);
      }
      return ends;
    },
    async stop() {
      await Promise.all(servers.map((server) => server.kill()));
      await proxy.stop();
    },
  };
  return instances;
}
