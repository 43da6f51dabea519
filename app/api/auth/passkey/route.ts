import { ourCookie } from '@/lib/server/http/cookies';
import { sendDueMail } from '@/lib/server/mail/delivery';
import { PASSKEY_BODY_BYTES, passkeySignInBody } from '@/lib/server/routes/passkey-schemas';
import { publicRoute } from '@/lib/server/routes/route-handler';
import { attemptProblem, signInAnswer } from '@/lib/server/routes/sign-in-answer';
import { signInByPasskey } from '@/lib/server/sign-in/passkey-sign-in';

export * from '@/lib/server/routes/other-methods';

const options = { body: passkeySignInBody, maxBodyBytes: PASSKEY_BODY_BYTES };

export const POST = publicRoute('POST /api/auth/passkey', options, async ({ request, body, facts }) => {
  const deviceCookie = await ourCookie(request.headers, 'device');
  const refreshCookie = await ourCookie(request.headers, 'refresh');
  const { remember, ...brought } = body;
  const signedIn = await signInByPasskey({ brought, remember, facts, deviceCookie, refreshCookie });
  if (!signedIn.ok) return attemptProblem(signedIn);
  if (signedIn.value.isNoticed) sendDueMail();
  return signInAnswer(signedIn.value.signedIn);
});
