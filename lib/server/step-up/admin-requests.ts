import 'server-only';
import { z } from 'zod';
import { ROLES } from '@/lib/core/token/claims';

// What an admin asks to be done to the account of somebody else, as far as it may wait for a proof in its page.

/** Whose account: `email` as the page showed it, for the sentence that is confirmed. */
const WHOM = { id: z.string(), email: z.string() };

export const ADMIN_REQUESTS = [
  z.object({ action: z.literal('set_role'), ...WHOM, role: z.enum(ROLES) }),
  z.object({ action: z.literal('set_disabled'), ...WHOM, isDisabled: z.boolean() }),
  z.object({ action: z.literal('end_sessions'), ...WHOM }),
  z.object({ action: z.literal('force_reset'), ...WHOM }),
  z.object({ action: z.literal('start_factor_reset'), ...WHOM, reason: z.string() }),
  z.object({ action: z.literal('stop_factor_reset'), ...WHOM }),
] as const;

const adminRequest = z.discriminatedUnion('action', ADMIN_REQUESTS);
export type AdminRequest = z.infer<typeof adminRequest>;
