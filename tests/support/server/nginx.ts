import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { REPOSITORY } from './environment';

/** A request as nginx saw it. */
export type Passed = {
  /** Epoch milliseconds of the answer. */
  readonly atMs: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** What the request called itself in `X-Request-Id`; `-` where it did not. */
  readonly id: string;
  /** The ports that were tried, in their order. */
  readonly ports: readonly number[];
};

export type Nginx = {
  readonly port: number;
  passed(): Promise<Passed[]>;
  stop(): Promise<void>;
};

/** Starts nginx with `ops/nginx.conf` as it is shipped; only addresses and ports are others: those of `ports`, in order. */
export async function startNginx(ports: readonly number[], port: number): Promise<Nginx> {
  const command = process.env['HANDSTAMP_NGINX'];
  if (!command) throw new Error('HANDSTAMP_NGINX does not say where nginx is');
  const folder = await mkdtemp(path.join(os.tmpdir(), 'handstamp-nginx-'));
  const shipped = await readFile(path.join(REPOSITORY, 'ops/nginx.conf'), 'utf8');
  let count = 0;
  const site = shipped
    .replace('listen 80;', `listen 127.0.0.1:${port};`)
    .replaceAll(/server 127\.0\.0\.1:\d+ /g, () => `server 127.0.0.1:${ports[count++]} `);
  if (count !== ports.length) throw new Error(`ops/nginx.conf names ${count} servers, not ${ports.length}`);
  const log = path.join(folder, 'access.log');
  const main = path.join(folder, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  );
  await writeFile(
    main,
    `daemon off; pid ${folder}/pid; error_log ${folder}/error.log; worker_processes 1;
${process.getuid?.() === 0 ? 'user root;' : ''}
events { worker_connections 1024; }
http {
log_format tests '$msec $request_method $uri $status $http_x_request_id $upstream_addr';
access_log ${log} tests;
${temporary.join('\n')}
${site}
}
`,
  );
  const child = spawn(command, ['-p', folder, '-e', `${folder}/error.log`, '-c', main], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  const nginx: Nginx = {
    port,
    async passed() {
      const lines = (await readFile(log, 'utf8')).split('\n').filter(Boolean);
      return lines.map((line) => {
        const [seconds, method = '', uri = '', status, id = '-', ...addresses] = line.split(' ');
        const tried = addresses.map((address) => Number(address.replace(/,$/, '').split(':')[1]));
        return { atMs: Number(seconds) * 1_000, method, path: uri, status: Number(status), id, ports: tried };
      });
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const closed = once(child, 'close');
        child.kill('SIGTERM');
        await closed;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
  const deadline = Date.now() + 10_000;
  while ((await fetch(`http://127.0.0.1:${port}/`).catch(() => null)) === null) {
    if (Date.now() > deadline || child.exitCode !== null) {
      await nginx.stop();
      throw new Error(`nginx is not ready:\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return nginx;
}
