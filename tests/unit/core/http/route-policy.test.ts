import { expect, test } from 'vitest';
import { accessOf } from '@/lib/core/http/route-policy';

test.each([
  ['/', 'public'],
  ['/forgot-password', 'guest'],
  ['/reset-password', 'guest'],
  ['/icon.svg', 'public'],
  ['/login', 'guest'],
  ['/register', 'guest'],
  ['/verify-email', 'guest'],
  ['/dashboard', 'member'],
  ['/dashboard/', 'member'],
  ['/account', 'member'],
  ['/account/sessions', 'member'],
  ['/account/security/x/y', 'member'],
  ['/admin', 'admin'],
  ['/admin/users', 'admin'],
  ['/admin/keys', 'admin'],
  ['/api', 'api'],
  ['/api/me', 'api'],
  ['/api/me/', 'api'],
  ['/api/anything/new', 'api'],
  ['/api/oauth/introspect', 'unguarded'],
] as const)('%s is %s', (path, access) => {
  expect(accessOf(path)).toBe(access);
});

// Next stops no loop: what a refresh itself needs must never wait for one.
test.each([
  '/api/auth',
  '/api/auth/refresh',
  '/api/auth/refresh/',
  '/api/auth/login',
  '/api/auth/sessions/x',
  '/api/auth/token/refresh',
  '/api/health',
  '/api/cron/clean',
  '/api/dev/mail',
  '/.well-known/jwks.json',
  '/.well-known/anything',
  '/status-lists/0',
  '/_next/static/x.js',
  '/_next/data/x/dashboard.json',
])('%s is unguarded', (path) => {
  expect(accessOf(path)).toBe('unguarded');
});

test.each([
  ['/dashboards', 'public'],
  ['/dashboard-old', 'public'],
  ['/accounting', 'public'],
  ['/administrator', 'public'],
  ['/apis', 'public'],
  ['/api/authority', 'api'],
  ['/api/auth-x', 'api'],
  ['/api/healthy', 'api'],
  ['/api/development', 'api'],
  ['/status-list/0', 'public'],
  ['/.well-knownx', 'public'],
  ['/x/dashboard', 'public'],
  ['//dashboard', 'public'],
] as const)('%s only begins like a rule and is %s', (path, access) => {
  expect(accessOf(path)).toBe(access);
});
