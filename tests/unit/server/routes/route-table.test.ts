import { beforeAll, expect, test } from 'vitest';
import { declareRoute, type RouteName, routeAt } from '@/lib/server/routes/route-table';

const DECLARED: readonly (readonly [name: RouteName, sharing: 'none' | 'listed'])[] = [
  ['GET /api/sessions', 'listed'],
  ['DELETE /api/sessions', 'listed'],
  ['DELETE /api/sessions/[id]', 'listed'],
  ['POST /api/sessions/all', 'none'],
  ['GET /.well-known/jwks.json', 'none'],
  ['PUT /api/files/[...path]', 'none'],
  ['GET /api/[[...path]]', 'none'],
];

beforeAll(() => {
  for (const [name, sharing] of DECLARED) declareRoute(name, { sharing, originRule: 'all' });
});

test.each([
  ['/api/sessions', ['GET', 'HEAD', 'DELETE'], 'listed'],
  ['/api/sessions/', ['GET', 'HEAD', 'DELETE'], 'listed'],
  ['/api/sessions/abc', ['DELETE'], 'listed'],
  ['/api/sessions/all', ['POST'], 'none'],
  ['/.well-known/jwks.json', ['GET', 'HEAD'], 'none'],
  ['/api/files/a/b', ['PUT'], 'none'],
  ['/api/files', ['GET', 'HEAD'], 'none'],
  ['/api/sessions/abc/more', ['GET', 'HEAD'], 'none'],
  ['/api', ['GET', 'HEAD'], 'none'],
])('%s has the methods of its closest route', (pathname, methods, sharing) => {
  expect(routeAt(pathname)).toEqual({ methods, sharing, originRule: 'all' });
});

test('a path whose GET does something has no HEAD', () => {
  declareRoute('GET /api/cron/mail', { sharing: 'none', originRule: 'all' }, 'refuse');
  expect(routeAt('/api/cron/mail')?.methods).toEqual(['GET']);
});

test.each(['/', '/login', '/.well-known/jwksXjson', '/apiary'])('%s is no route', (pathname) => {
  expect(routeAt(pathname)).toBeNull();
});
