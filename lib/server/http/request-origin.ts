import 'server-only';
import { checkOrigin, originFacts } from '@/lib/core/http/origin-check';
import { env } from '@/lib/server/config/env';
import { ourCookieNames } from './cookies';

/**
 * Which requests a route checks. `all_but_bearer` is for routes where a Bearer token says who asks: no browser adds one by
 * itself. `none` is for routes that read no cookie and set none.
 */
export type OriginRule = 'all' | 'all_but_bearer' | 'none';

/** The origin check of the middleware once more: it does not stand in front of every route, and can be bypassed. */
export function isForeign({ method, headers }: Request, rule: OriginRule): boolean {
  const facts = originFacts(method, headers, ourCookieNames());
  if (rule === 'none' || (rule === 'all_but_bearer' && facts.hasBearer)) return false;
  return !checkOrigin(facts, env().appOrigin).ok;
}
