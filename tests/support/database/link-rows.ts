import { hashLinkToken, newLinkToken } from '@/lib/core/token/link-token';
import { db } from '@/lib/server/database/client';
import { randomBytes } from '@/lib/server/keys/random';
import type { Person } from '@/tests/support/people';

const LIVES = { reset: '30 minutes', not_me: '72 hours', undo_email: '72 hours', keep_account: '7 days' } as const;

/** A link as the product writes one, without its mail: one that was asked for so long ago. Returns its token. */
export async function giveLink(
  { id, email }: Person,
  ago = '0 s',
  purpose: keyof typeof LIVES = 'reset',
): Promise<string> {
  const token = newLinkToken(randomBytes);
  const hash = (await hashLinkToken(token)) ?? new Uint8Array();
  await db().$executeRaw`
    INSERT INTO "MailLink" (hash, purpose, "userId", address, "createdAt", "expiresAt")
    VALUES (${hash}, ${purpose}, ${id}, ${email}, now() - ${ago}::interval,
      now() - ${ago}::interval + ${LIVES[purpose]}::interval)`;
  return token;
}
