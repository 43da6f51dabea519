import { readCookie } from '@/lib/core/http/cookies';
import { ourCookieNames } from '@/lib/server/http/cookies';
import { endpoints } from '@/lib/server/routes/endpoints';
import { empty, publicRoute } from '@/lib/server/routes/route-handler';
import { deleteSessionCookies } from '@/lib/server/sessions/session-cookies';
import { signOut } from '@/lib/server/sessions/sign-out';

const form = { success: () => '/login?ended=signed_out', failure: () => '/login?error=service_unavailable' };

/** The cache only: the wider values would sign people out of every other application under this domain. */
const CLEAR_CACHE = { 'clear-site-data': '"cache"' };

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = endpoints({
  POST: publicRoute({ form }, async ({ request, facts }) => {
    const refreshCookie = readCookie(request.headers.get('cookie'), ourCookieNames().refresh);
    await signOut(request.headers, refreshCookie, facts);
    await deleteSessionCookies();
    return empty(CLEAR_CACHE);
  }),
});
