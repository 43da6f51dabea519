// @ts-check
import { createRequire } from 'node:module';
import path from 'node:path';

/** For every answer. The policy of pages, which needs a nonce, is the middleware's. */
const SECURITY_HEADERS = [
  { key: 'strict-transport-security', value: 'max-age=31536000' },
  { key: 'x-content-type-options', value: 'nosniff' },
  { key: 'referrer-policy', value: 'same-origin' },
  { key: 'cross-origin-opener-policy', value: 'same-origin' },
  { key: 'cross-origin-resource-policy', value: 'same-origin' },
  {
    key: 'permissions-policy',
    value:
      'camera=(), geolocation=(), microphone=(), payment=(), publickey-credentials-create=(self), publickey-credentials-get=(self), usb=()',
  },
  { key: 'x-frame-options', value: 'DENY' },
];

const API_POLICY = { key: 'content-security-policy', value: "default-src 'none'; frame-ancestors 'none'" };

/** They may be read anywhere, and stand in no frame. */
const FILE_POLICY = { key: 'content-security-policy', value: "frame-ancestors 'none'" };

/**
 * The site's own host, for Next's check of server actions: it compares `Origin` with `Host`, which a proxy may not pass on.
 * Our own origin check goes by APP_ORIGIN and has passed by then. `next start` reads this file too, so that a build knows
 * no address; where there is none yet, Next compares as it would.
 */
const { APP_ORIGIN = '' } = process.env;
const ownHosts = URL.canParse(APP_ORIGIN) ? [new URL(APP_ORIGIN).host] : [];

/** `MAX_BODY_BYTES` of lib/core/policy.ts: the middleware refuses what is longer. */
const MAX_BODY_BYTES = 256 * 1_024;
/** What Node reads from a socket at once. */
const CHUNK_BYTES = 64 * 1_024;

/**
 * The lowest folder that has both the project and the packages that it loads: its own folder, or that of a workspace. Said
 * outright, because Next goes by lock files and takes the uppermost, and a stray one would move all paths.
 */
function rootFolder() {
  const packages = createRequire(import.meta.url).resolve('next/package.json');
  let folder = import.meta.dirname;
  while (path.relative(folder, packages).startsWith('..')) folder = path.dirname(folder);
  return folder;
}

const ROOT = rootFolder();

/** @type {import('next').NextConfig} */
const config = {
  // For an image: the server with what it loads, and no more, in `.next/standalone`. `next start` needs none of it.
  ...(process.env['HANDSTAMP_STANDALONE'] === '1' ? { output: 'standalone' } : {}),
  outputFileTracingRoot: ROOT,
  turbopack: { root: ROOT },
  poweredByHeader: false,
  reactStrictMode: true,
  typedRoutes: false,
  experimental: {
    // Next loads every page when it starts, so that nobody waits for it later. A server of a test ends before that pays.
    preloadEntriesOnStart: process.env['HANDSTAMP_PRELOAD'] !== '0',
    // Next holds so much of a body in memory for the middleware, and cuts it there: see lib/core/http/body-limit.ts.
    proxyClientMaxBodySize: MAX_BODY_BYTES + CHUNK_BYTES,
    serverActions: { bodySizeLimit: MAX_BODY_BYTES, allowedOrigins: ownHosts },
  },
  // Loaded from where npm put them and only when asked for: a build would make them part of every server.
  serverExternalPackages: [
    '@opentelemetry/api',
    '@opentelemetry/context-async-hooks',
    '@opentelemetry/core',
    '@opentelemetry/exporter-metrics-otlp-http',
    '@opentelemetry/exporter-prometheus',
    '@opentelemetry/exporter-trace-otlp-http',
    '@opentelemetry/resources',
    '@opentelemetry/sdk-metrics',
    '@opentelemetry/sdk-trace-node',
  ],
  // What browsers ask for when a page names no icon, such as one that failed early.
  rewrites: async () => [{ source: '/favicon.ico', destination: '/icon.svg' }],
  headers: async () => [
    { source: '/:path*', headers: SECURITY_HEADERS },
    { source: '/api/:path*', headers: [API_POLICY] },
    // Public documents and what the build made: the middleware sees none of them.
    { source: '/:file(icon.svg|favicon.ico|status-lists)', headers: [FILE_POLICY] },
    { source: '/status-lists/:list', headers: [FILE_POLICY] },
    { source: '/.well-known/:document(jwks.json|oauth-authorization-server)', headers: [FILE_POLICY] },
    { source: '/_next/:kind(static|image)/:path*', headers: [FILE_POLICY] },
    // Their addresses hold a secret until their script takes it away, and without scripts for good.
    { source: '/(reset-password|undo)', headers: [{ key: 'referrer-policy', value: 'no-referrer' }] },
    // Next says for how long an image is good; of its refusals it says nothing, and a cache would choose by itself.
    { source: '/_next/image', headers: [{ key: 'cache-control', value: 'no-store' }] },
  ],
};

export default config;
