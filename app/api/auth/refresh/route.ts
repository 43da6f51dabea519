import { toIso } from '@/lib/core/time';
import { ourCookie } from '@/lib/server/http/cookies';
import { sendDueMail } from '@/lib/server/mail/delivery';
import { json, problem } from '@/lib/server/routes/answer';
import { publicRoute } from '@/lib/server/routes/route-handler';
import { refresh } from '@/lib/server/sessions/refresh';
import { setSessionCookies } from '@/lib/server/sessions/session-cookies';

export * from '@/lib/server/routes/other-methods';

export const POST = publicRoute('POST /api/auth/refresh', {}, async ({ request, facts }) => {
  const refreshed = await refresh(await ourCookie(request.headers, 'refresh'), 'browser', facts);
  if (!refreshed.ok) {
    if (refreshed.code === 'reuse_detected') sendDueMail();
    return problem('session_ended');
  }
  await setSessionCookies(refreshed.value);
  return json({ accessTokenExpiresAt: toIso(refreshed.value.claims.exp) });
});
