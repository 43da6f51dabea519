import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { findFreePort } from '@/scripts/free-port.mjs';
import { send, type Target } from '@/tests/support/http/requests';
import { startHttpProxy } from '@/tests/support/server/proxies';

export type TlsFront = {
  /** Where a browser connects. */
  readonly target: Target;
  close(): Promise<void>;
};

/** What a proxy in front with TLS tells the server behind it. */
const FORWARDED = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.9' };

const isInstalled = (program: string): boolean => spawnSync(program, ['-v'], { stdio: 'ignore' }).error === undefined;

/** nginx and openssl are no part of the project: where one is missing, a proxy of ours says the same to the server. */
export const frontKind: 'nginx' | 'a stand-in' =
  isInstalled('nginx') && isInstalled('openssl') ? 'nginx' : 'a stand-in';

/** Puts a TLS proxy in front of a server. `hostHeader` is nginx's expression for the `Host` that it sends on. */
export async function startTlsFront(serverPort: number, hostHeader: string): Promise<TlsFront> {
  if (frontKind === 'nginx') return startNginx(serverPort, hostHeader);
  const proxy = await startHttpProxy(serverPort, {
    ...FORWARDED,
    ...(hostHeader.startsWith('$') ? {} : { host: hostHeader }),
  });
  return { target: { port: proxy.port }, close: proxy.close };
}

async function startNginx(serverPort: number, hostHeader: string): Promise<TlsFront> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'handstamp-nginx-'));
  const port = await findFreePort();
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
  const files = [
    '-keyout',
    path.join(folder, 'key.pem'),
    '-out',
    path.join(folder, 'cert.pem'),
    '-subj',
    '/CN=localhost',
  ];
  execFileSync('openssl', [...request, ...files], { stdio: 'ignore' });
  await writeFile(path.join(folder, 'nginx.conf'), configuration(folder, port, serverPort, hostHeader));
  // The shell ends nginx when its stdin closes: however the tests die, no nginx is left behind.
  const script = 'nginx -p "$0" -c nginx.conf -e stderr & child=$!; cat >/dev/null; kill $child; wait $child';
  const shell = spawn('sh', ['-c', script, folder], { stdio: ['pipe', 'ignore', 'pipe'] });
  let output = '';
  shell.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  const target = { port, isTls: true };
  const close = async () => {
    const closed = once(shell, 'close');
    shell.stdin.end();
    await closed;
    await rm(folder, { recursive: true, force: true });
  };
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (await send(target, '/api/health').catch(() => null)) return { target, close };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await close();
  throw new Error(`nginx does not answer:\n${output}`);
}

function configuration(folder: string, port: number, serverPort: number, hostHeader: string): string {
  const isRoot = process.getuid?.() === 0;
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
daemon off;
${isRoot ? 'user root;' : ''}
pid ${folder}/nginx.pid;
events {}
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${folder}/cert.pem;
    ssl_certificate_key ${folder}/key.pem;
    location / {
      proxy_pass http://127.0.0.1:${serverPort};
      proxy_http_version 1.1;
      proxy_set_header Host ${hostHeader};
      proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-For $remote_addr;
    }
  }
}
`;
}
