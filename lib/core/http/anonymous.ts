import { readCredentials } from './bearer';
import { type CookieNames, everyCookie } from './cookies';

/**
 * True for a request to an API that brings nothing which could say who asks: no Bearer credential, readable or not, and
 * neither cookie of a session. Whatever is brought, the handler behind judges. A preflight is never anonymous: it brings
 * nothing at all, and asks whether it may (Fetch §3.2.2).
 */
export const isAnonymous = (method: string, headers: Headers, { access, refresh }: CookieNames): boolean =>
  method !== 'OPTIONS' &&
  readCredentials(headers.get('authorization')).kind === 'none' &&
  [access, refresh].every((name) => everyCookie(headers.get('cookie'), name).length === 0);
