// @ts-check
// nginx, for the rehearsals behind a proxy.
import { programOf } from './requirements.mjs';

const CANDIDATES = ['nginx', '/usr/sbin/nginx', '/opt/homebrew/bin/nginx', '/usr/local/bin/nginx'];

/** @type {import('./requirements.mjs').Requirement} */
export const NGINX = {
  what: 'nginx, for the rehearsals of many instances',
  variable: 'HANDSTAMP_NGINX',
  find: programOf('HANDSTAMP_NGINX', CANDIDATES, ['-v']),
  command: 'brew install nginx, or https://nginx.org',
  debianPackages: ['nginx-light'],
  isOptional: true,
};
