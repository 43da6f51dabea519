import { ourCookie } from '@/lib/server/http/cookies';
import { nextOf } from '@/lib/server/routes/form-answer';
import { backWithTyped } from '@/lib/server/routes/kept-fields';
import { loginBody } from '@/lib/server/routes/request-schemas';
import { publicRoute } from '@/lib/server/routes/route-handler';
import { attemptProblem, signInAnswer } from '@/lib/server/routes/sign-in-answer';
import { login } from '@/lib/server/sign-in/login';

export * from '@/lib/server/routes/other-methods';

const form = { success: nextOf, failure: backWithTyped('/login') };

export const POST = publicRoute('POST /api/auth/login', { body: loginBody, form }, async ({ request, body, facts }) => {
  const deviceCookie = await ourCookie(request.headers, 'device');
  const refreshCookie = await ourCookie(request.headers, 'refresh');
  const signedIn = await login({ ...body, facts, deviceCookie, refreshCookie });
  return signedIn.ok ? signInAnswer(signedIn.value) : attemptProblem(signedIn);
});
