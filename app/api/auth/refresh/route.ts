import { toIso } from '@/lib/core/time';
import { ourCookie } from '@/lib/server/http/cookies';
import { json, problem } from '@/lib/server/routes/answer';
import { publicRoute } from '@/lib/server/routes/route-handler';
import { renewSession } from '@/lib/server/sessions/renewal';

export * from '@/lib/server/routes/other-methods';

export const POST = publicRoute('POST /api/auth/refresh', {}, async ({ request, facts }) => {
  const renewed = await renewSession(await ourCookie(request.headers, 'refresh'), facts);
  return renewed.ok ? json({ accessTokenExpiresAt: toIso(renewed.value.claims.exp) }) : problem(renewed.code);
});
