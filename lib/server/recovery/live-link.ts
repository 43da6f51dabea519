import 'server-only';
import type { Bytes } from '@/lib/core/encoding';
import { db } from '@/lib/server/database/client';
import { IS_ENABLED_ACCOUNT, IS_OPEN_ACCOUNT } from '@/lib/server/users/account-state';

/**
 * What a mailed link is for: a new password, saying that a change was not one's own, having an address again, stopping a
 * reset of second factors, or keeping an account that is to be deleted.
 */
export type LinkPurpose = 'reset' | 'not_me' | 'undo_email' | 'stop_reset' | 'keep_account';

/** The links that take something back. */
export const UNDO_PURPOSES: readonly LinkPurpose[] = ['not_me', 'undo_email', 'stop_reset', 'keep_account'];

/** A link that may still be used, and the person behind it. */
export type LiveLink = {
  readonly userId: string;
  readonly purpose: LinkPurpose;
  /** Where it was mailed. */
  readonly address: string;
  /** Of the account now. */
  readonly email: string;
  readonly name: string | null;
};

/** The link; null when it is used, over, a decoy or none, of another purpose, or does nothing for an account as it is. */
export async function findLiveLink(hash: Bytes, purposes: readonly LinkPurpose[]): Promise<LiveLink | null> {
  const [found] = await db().$queryRaw<LiveLink[]>`
    SELECT u.id AS "userId", l.purpose, l.address, u.email, u.name FROM "MailLink" l JOIN "User" u ON u.id = l."userId"
    WHERE l.hash = ${hash} AND l.purpose = ANY(${[...purposes]}) AND l."usedAt" IS NULL AND l."expiresAt" > now()
      AND CASE l.purpose WHEN 'reset' THEN ${IS_OPEN_ACCOUNT} WHEN 'keep_account' THEN "deletesAt" IS NOT NULL
        ELSE ${IS_ENABLED_ACCOUNT} END`;
  return found ?? null;
}
