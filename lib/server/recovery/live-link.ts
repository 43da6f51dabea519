import 'server-only';
import type { Bytes } from '@/lib/core/encoding';
import { db } from '@/lib/server/database/client';

/** What a mailed link is for: a new password, or saying that a change was not one's own. */
export type LinkPurpose = 'reset' | 'not_me';

/** The person behind a link that may still be used. */
export type LinkedPerson = { readonly userId: string; readonly email: string; readonly name: string | null };

/** Whose link it is; null when it is used, over, a decoy or none, of another purpose, or the account is disabled. */
export async function findLiveLink(hash: Bytes, purpose: LinkPurpose): Promise<LinkedPerson | null> {
  const [found] = await db().$queryRaw<LinkedPerson[]>`
    SELECT u.id AS "userId", u.email, u.name FROM "MailLink" l JOIN "User" u ON u.id = l."userId"
    WHERE l.hash = ${hash} AND l.purpose = ${purpose} AND l."usedAt" IS NULL AND l."expiresAt" > now()
      AND u."disabledAt" IS NULL`;
  return found ?? null;
}
