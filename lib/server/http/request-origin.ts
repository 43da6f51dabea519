import 'server-only';
import { bearerToken } from '@/lib/core/http/bearer';
import { checkOrigin, originFacts } from '@/lib/core/http/origin-check';
import { env } from '@/lib/server/config/env';
import { ourCookieNames } from './cookies';

/**
 * The origin check of the middleware once more: it does not stand in front of every route, and can be bypassed. A Bearer
 * token is proof enough, because no browser adds one by itself.
 */
export function isForeign({ method, headers }: Request): boolean {
  if (bearerToken(headers.get('authorization')) !== null) return false;
  return !checkOrigin(originFacts(method, headers, ourCookieNames()), env().appOrigin).ok;
}
