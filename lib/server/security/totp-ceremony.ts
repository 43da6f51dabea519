import 'server-only';
import { z } from 'zod';
import { type Bytes, fromBase64Url, newId, toBase64Url } from '@/lib/core/encoding';
import { CEREMONY_SECONDS } from '@/lib/core/policy';
import type { EpochSeconds } from '@/lib/core/time';
import { seal, unseal } from '@/lib/core/token/sealed-token';
import { databaseNow } from '@/lib/server/database/live-state';
import { sealKeys } from '@/lib/server/keys/data-keys';
import { randomBytes } from '@/lib/server/keys/random';
import type { Signer } from '@/lib/server/step-up/guard';

const setupSchema = z.object({ sub: z.string(), sid: z.string(), secret: z.string() });

/** An authenticator app that is being set up: nothing of it is stored before its first code was right. */
export type TotpSetup = { readonly jti: string; readonly exp: EpochSeconds; readonly secret: Bytes };

/** For the page to bring back with the first code: good for ten minutes, for this person in this session. */
export async function sealSetup({ user, sessionId }: Signer, secret: Bytes): Promise<string> {
  const exp = Math.floor(await databaseNow()) + CEREMONY_SECONDS;
  const data = { sub: user.id, sid: sessionId, secret: toBase64Url(secret) };
  return seal('totp-new', { jti: newId(randomBytes), exp, data }, (await sealKeys()).current);
}

/** Null for what was sealed for somebody else, in another session, or too long ago. */
export async function openSetup(text: string, { user, sessionId }: Signer): Promise<TotpSetup | null> {
  const keys = await sealKeys();
  const opened = await unseal('totp-new', text, (id) => keys.byId(id), await databaseNow());
  const setup = opened.ok ? setupSchema.safeParse(opened.value.data) : null;
  if (!opened.ok || !setup?.success || setup.data.sub !== user.id || setup.data.sid !== sessionId) return null;
  const secret = fromBase64Url(setup.data.secret);
  return secret === null ? null : { jti: opened.value.jti, exp: opened.value.exp, secret };
}
