/**
 * Who may ask for a path. `member` and `admin` pages and `api` routes are verified and refreshed in middleware;
 * `public` and `guest` pages are served to every visitor. The data access layer asks again behind each of them.
 */
export type Access = 'public' | 'guest' | 'member' | 'admin' | 'api' | 'unguarded';

const POLICY: readonly (readonly [prefix: string, access: Access])[] = [
  ['/api/auth/step-up', 'api'],
  ['/api/auth', 'unguarded'],
  ['/api/oauth', 'unguarded'],
  ['/api/health', 'unguarded'],
  ['/api/cron', 'unguarded'],
  ['/api/dev', 'unguarded'],
  ['/.well-known', 'unguarded'],
  ['/status-lists', 'unguarded'],
  ['/_next', 'unguarded'],
  ['/api', 'api'],
  ['/dashboard', 'member'],
  ['/account', 'member'],
  ['/step-up', 'member'],
  ['/admin', 'admin'],
  ['/login', 'guest'],
  ['/register', 'guest'],
  ['/verify-email', 'guest'],
  ['/forgot-password', 'guest'],
  ['/reset-password', 'guest'],
  ['/undo', 'guest'],
];

/** The access of `pathname`: the first prefix that is the path or one of its parents; `public` when none is. */
export function accessOf(pathname: string): Access {
  for (const [prefix, access] of POLICY) {
    if (pathname === prefix || pathname.startsWith(`${prefix}/`)) return access;
  }
  return 'public';
}

/** False for a path with an escape that stands for no text (RFC 3986 §2.1, UTF-8). */
export function isDecodable(pathname: string): boolean {
  try {
    decodeURIComponent(pathname);
    return true;
  } catch {
    return false;
  }
}
