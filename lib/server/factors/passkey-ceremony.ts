import 'server-only';
import { z } from 'zod';
import { newId, toBase64Url } from '@/lib/core/encoding';
import { CEREMONY_SECONDS } from '@/lib/core/policy';
import type { EpochSeconds } from '@/lib/core/time';
import { type PasskeyPurpose, seal, unseal } from '@/lib/core/token/sealed-token';
import { databaseNow } from '@/lib/server/database/live-state';
import { sealKeys } from '@/lib/server/keys/data-keys';
import { randomBytes } from '@/lib/server/keys/random';

/** WebAuthn §13.4.3 asks for 16 at least. */
const CHALLENGE_BYTES = 32;

/** Whom a ceremony is for. One of a sign-in is for nobody yet: whoever has the passkey. */
export type CeremonyOwner = { readonly sub: string | null; readonly sid: string | null };

export const ANYBODY: CeremonyOwner = { sub: null, sid: null };

const contentSchema = z.object({
  sub: z.string().nullable(),
  sid: z.string().nullable(),
  challenge: z.string(),
  /** Of a new passkey: the `user.id` that it is made for. */
  handle: z.string().nullable(),
});

/** What a passkey was asked to sign, and what its use is known by. */
export type PasskeyCeremony = {
  readonly purpose: PasskeyPurpose;
  readonly jti: string;
  readonly exp: EpochSeconds;
  /** base64url, as WebAuthn spells it. */
  readonly challenge: string;
  readonly handle: string | null;
};

/**
 * Begins a ceremony, for the page to bring back with what the passkey signed: good for ten minutes and once. Nothing is
 * stored before it is used, so that pages may ask for as many as they like.
 */
export async function sealPasskeyCeremony(
  purpose: PasskeyPurpose,
  { sub, sid }: CeremonyOwner,
  handle: string | null = null,
): Promise<{ readonly ceremony: string; readonly challenge: string }> {
  const challenge = toBase64Url(randomBytes(CHALLENGE_BYTES));
  const exp = Math.floor(await databaseNow()) + CEREMONY_SECONDS;
  const content = { jti: newId(randomBytes), exp, data: { sub, sid, challenge, handle } };
  return { ceremony: await seal(purpose, content, (await sealKeys()).current), challenge };
}

/** Null for what was sealed for another purpose, somebody else, another session, or too long ago. */
export async function openPasskeyCeremony(
  purpose: PasskeyPurpose,
  text: string,
  { sub, sid }: CeremonyOwner,
): Promise<PasskeyCeremony | null> {
  const keys = await sealKeys();
  const opened = await unseal(purpose, text, (id) => keys.byId(id), await databaseNow());
  const content = opened.ok ? contentSchema.safeParse(opened.value.data) : null;
  if (!opened.ok || !content?.success || content.data.sub !== sub || content.data.sid !== sid) return null;
  const { jti, exp } = opened.value;
  return { purpose, jti, exp, challenge: content.data.challenge, handle: content.data.handle };
}
