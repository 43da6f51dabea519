/** Where a sign-in leads when it was not asked to lead anywhere. */
export const HOME_PATH = '/dashboard';

const MAX_PATH_LENGTH = 2048;
/** Characters that browsers drop or turn around inside an address: control characters, white space, backslash. */
const DECEPTIVE = /[\p{Cc}\p{Z}\\]/u;
/** Never a destination: the pages that sign in, and the API, whose answers are no pages. */
const NEVER = ['/api', '/login', '/register', '/verify-email'];

/**
 * `next` when it is a path on our own origin that a person may be sent to after signing in, else the dashboard.
 * Returns path and query; a fragment is dropped.
 */
export function safeNextPath(next: string | null | undefined, appOrigin: string): string {
  if (!next?.startsWith('/') || next.startsWith('//') || next.length > MAX_PATH_LENGTH || DECEPTIVE.test(next)) {
    return HOME_PATH;
  }
  if (!URL.canParse(next, appOrigin)) return HOME_PATH;
  const url = new URL(next, appOrigin);
  if (url.origin !== appOrigin || url.pathname.startsWith('//')) return HOME_PATH;
  const isNever = NEVER.some((path) => url.pathname === path || url.pathname.startsWith(`${path}/`));
  return isNever ? HOME_PATH : url.pathname + url.search;
}

/** The login page's address for a visitor who wanted `path`. */
export const loginPath = (path: string): string => `/login?next=${encodeURIComponent(path)}`;
