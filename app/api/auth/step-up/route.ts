import { toIso } from '@/lib/core/time';
import { ourCookie } from '@/lib/server/http/cookies';
import { json, problem } from '@/lib/server/routes/answer';
import { backToProof, nextOf } from '@/lib/server/routes/form-answer';
import { PASSKEY_BODY_BYTES } from '@/lib/server/routes/passkey-schemas';
import { stepUpBody } from '@/lib/server/routes/proof-schemas';
import { changeRoute, sessionRoute } from '@/lib/server/routes/route-handler';
import { attemptProblem } from '@/lib/server/routes/sign-in-answer';
import { factorRequired, succeededAnswer } from '@/lib/server/routes/step-up-answer';
import { findSigner } from '@/lib/server/step-up/guard';
import { stepUp } from '@/lib/server/step-up/step-up';

export * from '@/lib/server/routes/other-methods';

export const GET = sessionRoute('GET /api/auth/step-up', {}, async ({ session, facts }) => {
  const signer = await findSigner(session, facts);
  if (!signer.ok) return problem(signer.code);
  const { recentUntil, methods } = signer.value;
  return json({ recentUntil: toIso(recentUntil), methods });
});

const form = { success: nextOf, failure: backToProof('/step-up') };

const options = { body: stepUpBody, maxBodyBytes: PASSKEY_BODY_BYTES, form };

export const POST = changeRoute('POST /api/auth/step-up', options, async (call, signer) => {
  const { request, body, facts } = call;
  const deviceCookie = await ourCookie(request.headers, 'device');
  const proven = await stepUp({ signer, proof: body, facts, deviceCookie });
  if (proven.ok) return succeededAnswer(signer, proven.value);
  switch (proven.code) {
    case 'too_many_attempts':
      return attemptProblem(proven);
    case 'factor_required':
      return factorRequired(signer);
    case 'invalid_credentials':
    case 'invalid_code':
    case 'invalid_passkey':
    case 'overloaded':
      return attemptProblem({ code: proven.code });
    default:
      return problem('unauthenticated');
  }
});
