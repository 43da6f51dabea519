/** Where a sign-in leads when it was not asked to lead anywhere. */
export const HOME_PATH = '/dashboard';

/** Of a path, and of a path in a query with its escapes: proxies refuse headers of a few kilobytes. */
const MAX_LENGTH = 2048;
/** Characters that browsers drop or turn around inside an address: control characters, white space, backslash. */
const DECEPTIVE = /[\p{Cc}\p{Z}\\]/u;
/** Never a destination: the pages that sign in, lead back in or ask for a proof, and the API, whose answers are no pages. */
const NEVER = [
  '/api',
  '/login',
  '/register',
  '/verify-email',
  '/forgot-password',
  '/reset-password',
  '/undo',
  '/step-up',
];

/**
 * `next` when it is a path on our own origin that a person may be sent to after signing in, else the dashboard.
 * Returns path and query, of 2,048 characters at most; a fragment is dropped.
 */
export function safeNextPath(next: string | null | undefined, appOrigin: string): string {
  if (!next?.startsWith('/') || next.startsWith('//') || next.length > MAX_LENGTH || DECEPTIVE.test(next)) {
    return HOME_PATH;
  }
  if (!URL.canParse(next, appOrigin)) return HOME_PATH;
  const url = new URL(next, appOrigin);
  if (url.origin !== appOrigin || url.pathname.startsWith('//')) return HOME_PATH;
  const isNever = NEVER.some((path) => url.pathname === path || url.pathname.startsWith(`${path}/`));
  const path = url.pathname + url.search;
  return isNever || path.length > MAX_LENGTH ? HOME_PATH : path;
}

/**
 * The address of a page that signs in or up, `path` with or without a query, which keeps the page wanted afterwards. The
 * dashboard needs no mention, and what is too long to carry gets none.
 */
export function withNext(path: string, next: string): string {
  if (next === HOME_PATH || !isCarriable(next)) return path;
  return `${path}${path.includes('?') ? '&' : '?'}next=${inQuery(next)}`;
}

/** Half of a character, which no address holds, would throw: it becomes the sign that stands for one. */
const inQuery = (path: string): string => encodeURIComponent(path.replace(/\p{Cs}/gu, '\ufffd'));

/** True when an address may carry `path` as its `next`: escaped, it has at most 2,048 characters. */
export const isCarriable = (path: string): boolean => inQuery(path).length <= MAX_LENGTH;

/** The login page's address for a visitor who wanted `path`; the dashboard comes after it where that is too long to carry. */
export function loginPath(path: string, { isEnded = false } = {}): string {
  const query = [...(isEnded ? ['ended=1'] : []), ...(isCarriable(path) ? [`next=${inQuery(path)}`] : [])];
  return query.length === 0 ? '/login' : `/login?${query.join('&')}`;
}
