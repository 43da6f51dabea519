import 'server-only';
import { z } from 'zod';
import { MAX_NAME_LENGTH, readPersonName } from '@/lib/core/person-name';
import { MAX_CREDENTIAL_ID_BYTES } from '@/lib/server/factors/passkey-verification';

/** Of a body with what a passkey signed or made: some keep a list of certificates or a long id in it. */
export const PASSKEY_BODY_BYTES = 16_384;

const AGAIN = 'Start again';

/** base64url of so many bytes at most. */
const encoded = (maxBytes: number) =>
  z
    .string({ error: AGAIN })
    .max(Math.ceil((maxBytes * 4) / 3), AGAIN)
    .regex(/^[A-Za-z0-9_-]+$/, AGAIN);

/** What it is worth is for the server to say. */
export const ceremonyText = z.string({ error: AGAIN }).max(1_024, AGAIN);

const credentialId = encoded(MAX_CREDENTIAL_ID_BYTES);
const clientDataJSON = encoded(2_048);

/** What we read of `PublicKeyCredential.toJSON()` after a passkey signed. Whatever else is in it goes no further. */
export const assertionShape = z.object(
  {
    id: credentialId,
    response: z.object(
      {
        clientDataJSON,
        authenticatorData: encoded(2_048),
        signature: encoded(1_024),
        /** Some browsers say null, or nothing. WebAuthn §5.4.3: 64 bytes at most. */
        userHandle: z.preprocess((text) => (text === null || text === '' ? undefined : text), encoded(64).optional()),
      },
      { error: AGAIN },
    ),
  },
  { error: AGAIN },
);

/** The same after one was made. */
export const attestationShape = z.object(
  {
    id: credentialId,
    response: z.object(
      {
        clientDataJSON,
        attestationObject: encoded(6_144),
        transports: z
          .array(z.string().regex(/^[a-z-]{1,32}$/, AGAIN))
          .max(10, AGAIN)
          .optional(),
      },
      { error: AGAIN },
    ),
  },
  { error: AGAIN },
);

export const passkeyOptionsBody = z.object({
  for: z.enum(['sign_in', 'second_factor'], { error: 'Say what it is for' }),
});

export const passkeySignInBody = z.object({
  ceremony: ceremonyText,
  assertion: assertionShape,
  remember: z.boolean().default(false),
});

const NAME_TEXT = `Give it a name of ${MAX_NAME_LENGTH} characters at most, of which one can be seen`;

/** A name by which its owner knows a passkey. */
const passkeyName = z.string({ error: NAME_TEXT }).transform((text, context) => {
  const name = readPersonName(text);
  if (name.ok && name.value !== null) return name.value;
  context.addIssue({ code: 'custom', message: NAME_TEXT });
  return z.NEVER;
});

export const newPasskeyBody = z.object({
  ceremony: ceremonyText,
  attestation: attestationShape,
  name: passkeyName.nullish().transform((name) => name ?? null),
});

export const renamePasskeyBody = z.object({ name: passkeyName });
