import 'server-only';
import { z } from 'zod';
import { newId } from '@/lib/core/encoding';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { CEREMONY_SECONDS } from '@/lib/core/policy';
import type { EpochSeconds } from '@/lib/core/time';
import { seal, unseal } from '@/lib/core/token/sealed-token';
import { databaseNow } from '@/lib/server/database/live-state';
import { sealKeys } from '@/lib/server/keys/data-keys';
import { randomBytes } from '@/lib/server/keys/random';
import { ADMIN_REQUESTS } from './admin-requests';
import type { Signer } from './guard';

// A change that needs a fresh proof waits for it in the page that asked for it: sealed, in the form that asks for the proof.
// Nothing of it is in a cookie, an address or the database, where whoever holds a copied cookie could leave a change of
// theirs for the owner to confirm.

/** Every change that may wait so, with its input as it was validated. The page that asks must say all that it does. */
const requestSchema = z.discriminatedUnion('action', [
  z.object({ action: z.literal('change_email'), email: z.string() }),
  z.object({ action: z.literal('set_up_totp') }),
  // `isLast`: the page said that the password alone signs in afterwards.
  z.object({ action: z.literal('remove_totp'), isLast: z.boolean() }),
  z.object({ action: z.literal('remove_passkey'), id: z.string(), name: z.string(), isLast: z.boolean() }),
  z.object({ action: z.literal('make_codes') }),
  z.object({ action: z.literal('delete_account') }),
  // Of all sessions but this one.
  z.object({ action: z.literal('end_others') }),
  // `since`: of the password that was compared, in ms; null where there was none. The new one's hash is kept back.
  z.object({ action: z.literal('change_password'), since: z.number().nullable() }),
  ...ADMIN_REQUESTS,
]);
export type CarriedRequest = z.infer<typeof requestSchema>;

const carriedSchema = z.object({
  sub: z.string(),
  sid: z.string(),
  request: requestSchema,
  keptBack: z.string().nullable().default(null),
});

/** A change that was carried back by its page. It may be confirmed once, under `jti`. */
export type Carried = {
  readonly jti: string;
  readonly exp: EpochSeconds;
  readonly request: CarriedRequest;
  /** What belongs to it and is told to no page: the hash of a new password. */
  readonly keptBack: string | null;
};

/** For the form that asks for the proof: good for ten minutes, for this person in this session. */
export async function carry(
  request: CarriedRequest,
  { user, sessionId }: Signer,
  keptBack: string | null = null,
): Promise<string> {
  const exp = Math.floor(await databaseNow()) + CEREMONY_SECONDS;
  const data = { sub: user.id, sid: sessionId, request, keptBack };
  return seal('carried', { jti: newId(randomBytes), exp, data }, (await sealKeys()).current);
}

/**
 * What a form brought back. `stale` when it was not asked for by the session that sends it, or too long ago; `request` is
 * there for the same person, so that they need not type it again.
 */
export async function openCarried(
  text: string,
  { user, sessionId }: Signer,
): Promise<
  Result<Carried, 'invalid'> | { readonly ok: false; readonly code: 'stale'; readonly request: CarriedRequest }
> {
  const keys = await sealKeys();
  const opened = await unseal('carried', text, (id) => keys.byId(id), await databaseNow());
  const carried = opened.ok ? carriedSchema.safeParse(opened.value.data) : null;
  if (!opened.ok || !carried?.success || carried.data.sub !== user.id) return fail('invalid');
  const { sid, request, keptBack } = carried.data;
  if (sid !== sessionId) return { ...fail('stale'), request };
  return succeed({ jti: opened.value.jti, exp: opened.value.exp, request, keptBack });
}
