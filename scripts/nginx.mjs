// @ts-check
// nginx, for the rehearsals behind a proxy.
import { spawnSync } from 'node:child_process';

const CANDIDATES = ['nginx', '/usr/sbin/nginx', '/opt/homebrew/bin/nginx', '/usr/local/bin/nginx'];

/** The command of an nginx; null when there is none. */
export async function findNginx() {
  const given = process.env['HANDSTAMP_NGINX'];
  if (given) return given;
  return CANDIDATES.find((nginx) => spawnSync(nginx, ['-v']).status === 0) ?? null;
}

/** @type {import('./requirements.mjs').Requirement} */
export const NGINX = {
  what: 'nginx, for the rehearsals of many instances',
  variable: 'HANDSTAMP_NGINX',
  find: findNginx,
  command: 'brew install nginx, or https://nginx.org',
  debianPackages: ['nginx-light'],
  isOptional: true,
};
