// @ts-check
// The tools of a PostgreSQL installation, for the rehearsals of backups: npm has the server alone.
import { access, readdir } from 'node:fs/promises';
import path from 'node:path';

/** Where distributions put each version. */
const PLACES = ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt'];
const NEEDED = ['initdb', 'pg_ctl', 'pg_basebackup', 'pg_dump', 'pg_restore', 'psql'];

/** The folder of binaries with all that a rehearsal needs; null when there is none. */
export async function findPostgresTools() {
  const given = process.env['HANDSTAMP_POSTGRES_BIN'];
  if (given) return given;
  for (const place of PLACES) {
    const versions = await readdir(place).catch(() => []);
    const newestFirst = versions
      .filter((name) => /^(postgresql@)?\d+$/.test(name))
      .sort()
      .reverse();
    for (const version of newestFirst) {
      const folder = path.join(place, version, 'bin');
      const found = await Promise.allSettled(NEEDED.map((name) => access(path.join(folder, name))));
      if (found.every(({ status }) => status === 'fulfilled')) return folder;
    }
  }
  return null;
}

/** @type {import('./requirements.mjs').Requirement} */
export const POSTGRES_TOOLS = {
  what: 'pg_basebackup, pg_dump and their server, for the rehearsals of restores and full disks',
  variable: 'HANDSTAMP_POSTGRES_BIN',
  find: findPostgresTools,
  command: 'brew install postgresql@18, or https://www.postgresql.org/download',
  debianPackages: ['postgresql'],
  isOptional: true,
};
