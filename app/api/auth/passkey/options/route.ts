import { ourCookie } from '@/lib/server/http/cookies';
import { json, problem } from '@/lib/server/routes/answer';
import { passkeyOptionsBody } from '@/lib/server/routes/passkey-schemas';
import { publicRoute } from '@/lib/server/routes/route-handler';
import { offerSecondStep, offerSignIn } from '@/lib/server/sign-in/passkey-offer';

export * from '@/lib/server/routes/other-methods';

export const POST = publicRoute('POST /api/auth/passkey/options', { body: passkeyOptionsBody }, async (call) => {
  const { request, body } = call;
  const offered =
    body.for === 'sign_in' ? await offerSignIn() : await offerSecondStep(await ourCookie(request.headers, 'pending'));
  return offered.ok ? json(offered.value) : problem(offered.code);
});
