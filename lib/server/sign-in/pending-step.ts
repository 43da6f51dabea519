import 'server-only';
import { z } from 'zod';
import type { EpochSeconds } from '@/lib/core/time';
import { seal, unseal } from '@/lib/core/token/sealed-token';
import { databaseNow } from '@/lib/server/database/live-state';
import { sealKeys } from '@/lib/server/keys/data-keys';
import { sealedIdentitySchema } from '@/lib/server/sessions/sealed-identity';

const stepSchema = z.object({
  userId: z.string(),
  email: z.string(),
  remember: z.boolean(),
  /** The device that the account knows, where the browser has its cookie. */
  deviceId: z.string().nullable(),
  /** Since when the password that was right had been set, in milliseconds. */
  passwordSinceMs: z.number(),
  /** The code that was mailed; null where none is asked for. */
  mailCode: z.string().nullable(),
  /** By what the second factor may be proven, for the page: whether it still can is looked up again. */
  factors: z.array(z.enum(['passkey', 'totp', 'recovery'])),
  /** True: a reset of the factors was due, so that the mailed code alone is wanted, and takes them away. */
  isFactorResetDue: z.boolean(),
  /** What the session will be known by, so that a lost answer can be given again. */
  session: sealedIdentitySchema,
});

/** A sign-in that is half done: the password was right, and something more is wanted. It opens nothing by itself. */
export type PendingStep = z.infer<typeof stepSchema>;

export async function sealStep(jti: string, exp: EpochSeconds, step: PendingStep): Promise<string> {
  return seal('second-factor', { jti, exp, data: step }, (await sealKeys()).current);
}

/** The half sign-in that the pending cookie holds; null when there is none, or its ten minutes are over. */
export async function openStep(
  cookie: string | null,
): Promise<{ readonly jti: string; readonly step: PendingStep } | null> {
  if (cookie === null) return null;
  const keys = await sealKeys();
  const opened = await unseal('second-factor', cookie, (id) => keys.byId(id), await databaseNow());
  const step = opened.ok ? stepSchema.safeParse(opened.value.data) : null;
  return opened.ok && step?.success ? { jti: opened.value.jti, step: step.data } : null;
}
