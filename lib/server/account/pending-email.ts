import 'server-only';
import { z } from 'zod';
import type { EpochSeconds } from '@/lib/core/time';
import { seal, unseal } from '@/lib/core/token/sealed-token';
import { databaseNow } from '@/lib/server/database/live-state';
import { sealKeys } from '@/lib/server/keys/data-keys';

const emailChangeSchema = z.object({
  sub: z.string(),
  sid: z.string(),
  /** The address that the account has, and the one that it is to have. */
  old: z.string(),
  email: z.string(),
  code: z.string(),
  askedAt: z.number(),
});

/** A change of address that waits for its code, as the browser that asked for it holds it: sealed. */
export type EmailChange = z.infer<typeof emailChangeSchema>;

export type PendingEmail = { readonly jti: string; readonly change: EmailChange };

export async function sealEmailChange(jti: string, exp: EpochSeconds, change: EmailChange): Promise<string> {
  return seal('email-change', { jti, exp, data: change }, (await sealKeys()).current);
}

/**
 * The change that the pending cookie holds; null when there is none, when its ten minutes are over, and when another person
 * or another session asked for it: a code finishes it only where it was asked for.
 */
export async function openEmailChange(
  cookie: string | null,
  asking: { readonly sub: string; readonly sid: string },
): Promise<PendingEmail | null> {
  if (cookie === null) return null;
  const keys = await sealKeys();
  const opened = await unseal('email-change', cookie, (id) => keys.byId(id), await databaseNow());
  const change = opened.ok ? emailChangeSchema.safeParse(opened.value.data) : null;
  if (!opened.ok || !change?.success) return null;
  const { sub, sid } = change.data;
  return sub === asking.sub && sid === asking.sid ? { jti: opened.value.jti, change: change.data } : null;
}
