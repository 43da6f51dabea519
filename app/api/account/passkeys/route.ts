import { sendDueMail } from '@/lib/server/mail/delivery';
import { json, problem } from '@/lib/server/routes/answer';
import { newPasskeyBody, PASSKEY_BODY_BYTES } from '@/lib/server/routes/passkey-schemas';
import { changeRoute } from '@/lib/server/routes/route-handler';
import { addPasskey } from '@/lib/server/security/add-passkey';
import { setSessionCookies } from '@/lib/server/sessions/session-cookies';

export * from '@/lib/server/routes/other-methods';

const options = { body: newPasskeyBody, maxBodyBytes: PASSKEY_BODY_BYTES };

export const POST = changeRoute('POST /api/account/passkeys', options, async ({ body, facts }, signer) => {
  const added = await addPasskey({ ...body, signer, facts });
  if (!added.ok) return problem(added.code);
  const { tokens, passkey, recoveryCodes } = added.value;
  await setSessionCookies(tokens);
  sendDueMail();
  return json({ passkey, recoveryCodes }, 201);
});
