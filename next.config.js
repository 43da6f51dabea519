// @ts-check

/** For every answer. The policy of pages, which needs a nonce, is the middleware's. */
const SECURITY_HEADERS = [
  { key: 'strict-transport-security', value: 'max-age=31536000' },
  { key: 'x-content-type-options', value: 'nosniff' },
  { key: 'referrer-policy', value: 'same-origin' },
  { key: 'cross-origin-opener-policy', value: 'same-origin' },
  { key: 'cross-origin-resource-policy', value: 'same-origin' },
  { key: 'permissions-policy', value: 'camera=(), geolocation=(), microphone=(), payment=(), usb=()' },
  { key: 'x-frame-options', value: 'DENY' },
];

const API_POLICY = { key: 'content-security-policy', value: "default-src 'none'; frame-ancestors 'none'" };

/** @type {import('next').NextConfig} */
const config = {
  poweredByHeader: false,
  reactStrictMode: true,
  typedRoutes: false,
  // What browsers ask for when a page names no icon, such as one that failed early.
  rewrites: async () => [{ source: '/favicon.ico', destination: '/icon.svg' }],
  headers: async () => [
    { source: '/:path*', headers: SECURITY_HEADERS },
    { source: '/api/:path*', headers: [API_POLICY] },
  ],
};

export default config;
