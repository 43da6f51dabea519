import { readCookie } from '@/lib/core/http/cookies';
import { toIso } from '@/lib/core/time';
import { ourCookieNames } from '@/lib/server/http/cookies';
import { sendDueMail } from '@/lib/server/mail/delivery';
import { endpoints } from '@/lib/server/routes/endpoints';
import { json, problem, publicRoute } from '@/lib/server/routes/route-handler';
import { refresh } from '@/lib/server/sessions/refresh';
import { setSessionCookies } from '@/lib/server/sessions/session-cookies';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = endpoints({
  POST: publicRoute({}, async ({ request, facts }) => {
    const presented = readCookie(request.headers.get('cookie'), ourCookieNames().refresh);
    const refreshed = await refresh(presented, 'browser', facts);
    if (!refreshed.ok) {
      if (refreshed.code === 'reuse_detected') sendDueMail();
      return problem('session_ended');
    }
    await setSessionCookies(refreshed.value);
    return json({ accessTokenExpiresAt: toIso(refreshed.value.claims.exp) });
  }),
});
