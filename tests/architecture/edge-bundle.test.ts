import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { environmentSchema } from '@/lib/server/config/settings';

// Reads the production build: `npm test` makes it before these tests.
const manifest = z
  .object({
    middleware: z.record(
      z.string(),
      z.object({
        files: z.array(z.string()).min(1),
        env: z.record(z.string(), z.string()),
        wasm: z.array(z.unknown()),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync('.next/server/middleware-manifest.json', 'utf8')));

const [middleware] = Object.values(manifest.middleware);
const files = (middleware?.files ?? []).map((file) => ({
  file,
  text: readFileSync(path.join('.next', file), 'utf8'),
}));
const bundle = files.map(({ text }) => text).join('\n');

/** What Next itself gives to every edge function: its build id and the keys of its own features, none of them ours. */
const NEXT_ENV = [
  '__NEXT_BUILD_ID',
  '__NEXT_PREVIEW_MODE_ID',
  '__NEXT_PREVIEW_MODE_ENCRYPTION_KEY',
  '__NEXT_PREVIEW_MODE_SIGNING_KEY',
  'NEXT_SERVER_ACTIONS_ENCRYPTION_KEY',
];

/** The two public addresses, how the network of a request is told, and whether anybody collects traces. */
const PUBLIC_SETTINGS = [
  ...['APP_ORIGIN', 'INTERNAL_ORIGIN', 'PORT', 'TRUSTED_PROXY_HOPS', 'SESSION_NETWORK_BINDING'],
  'OTEL_EXPORTER_OTLP_ENDPOINT',
];
const SECRET_SETTINGS = Object.keys(environmentSchema.shape).filter((name) => !PUBLIC_SETTINGS.includes(name));

// Promise: Each ring imports only what it may
describe('the middleware that was built', () => {
  it('is there, and holds our verifier', () => {
    expect(Object.keys(manifest.middleware)).toEqual(['/']);
    // Words that survive minifying: without them, the tests below would look at the wrong files.
    for (const text of ['/api/auth/refresh', '/.well-known/jwks.json', '/status-lists/', 'at+jwt', 'APP_ORIGIN']) {
      expect(bundle).toContain(text);
    }
  });

  it.each([
    ['Prisma', /prisma/i],
    ['a PostgreSQL driver', /\bpg_|node-postgres|scram-sha-256|postgresql:\/\//i],
    ['bcrypt', /bcrypt|\$2[aby]\$/i],
    ['nodemailer', /nodemailer|smtp/i],
    ['zod', /ZodError|invalid_union/],
    ['the SDK of OpenTelemetry', /BatchSpanProcessor|PeriodicExportingMetricReader|\/v1\/traces/],
    ['anything of lib/server', /handstamp(?:Db|HashPool|LiveState)/],
  ])('holds nothing of %s', (_what, pattern) => {
    expect(files.filter(({ text }) => pattern.test(text)).map(({ file }) => file)).toEqual([]);
  });

  it('imports no module of Node', () => {
    // Polyfills that Next ships for the edge bear these names too, as keys of a table: an import is what counts.
    const imports = [...bundle.matchAll(/(?:require\(|from\s*|import\()["'](node:[a-z_/]+)["']/g)].map(
      ([, name]) => name,
    );
    const ALLOWED_BY_THE_EDGE = ['node:buffer', 'node:async_hooks'];
    expect(imports.filter((name) => name !== undefined && !ALLOWED_BY_THE_EDGE.includes(name))).toEqual([]);
  });

  it('names no setting but public ones', () => {
    expect(SECRET_SETTINGS).toContain('AUTH_SECRET');
    expect(SECRET_SETTINGS).toContain('DATABASE_URL');
    expect(SECRET_SETTINGS.filter((name) => bundle.includes(name))).toEqual([]);
  });

  it('was built with no value of ours in it', () => {
    expect(Object.keys(middleware?.env ?? {}).filter((name) => !NEXT_ENV.includes(name))).toEqual([]);
    expect(bundle).not.toMatch(/-----BEGIN|"d":"[\w-]{40,}"/);
  });

  it('needs no WebAssembly, and stays small', () => {
    expect(middleware?.wasm).toEqual([]);
    expect(bundle.length).toBeLessThan(1_000_000);
  });
});
