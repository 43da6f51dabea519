import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url)).replace(/[\\/]$/, '');

/** Wraps the keys of every test database. Public, and of no use anywhere else. */
export const TEST_AUTH_SECRET = 'dGVzdHMtb25seTogcHVibGljIGFuZCB1c2VsZXNzISE';

/** Settings that make a process of ours a test process: nothing is taken from the developer's own environment. */
export function testEnvironment(databaseUrl: string, port = 3000): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    AUTH_SECRET: TEST_AUTH_SECRET,
    APP_ORIGIN: `http://localhost:${port}`,
    INTERNAL_ORIGIN: `http://127.0.0.1:${port}`,
    PORT: String(port),
    NEXT_TELEMETRY_DISABLED: '1',
    // The least that may be set: what a test proves of a password does not depend on the time that it takes.
    PASSWORD_HASH_COST: '10',
    // No load balancer has to notice that a server of a test ends.
    DRAIN_SECONDS: '0',
    NEXT_MANUAL_SIG_HANDLE: '1',
  };
}

/** What a child process needs of ours and no setting of Handstamp's, nor of a `.env` of the developer's: Next reads none then. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'LANG', 'SystemRoot', 'NODE_EXTRA_CA_CERTS'];
  const entries = kept.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []));
  return { ...Object.fromEntries(entries), NODE_ENV: 'production', __NEXT_PROCESSED_ENV: 'true' };
}
