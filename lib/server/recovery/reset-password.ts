import 'server-only';
import type { Bytes } from '@/lib/core/encoding';
import { fail, type Result, succeed } from '@/lib/core/failures';
import type { PasswordFault } from '@/lib/core/passwords/password-policy';
import { hashLinkToken } from '@/lib/core/token/link-token';
import { env } from '@/lib/server/config/env';
import { databaseNow } from '@/lib/server/database/live-state';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { newLink } from '@/lib/server/mail/new-link';
import { passwordWasReset } from '@/lib/server/mail/recovery-messages';
import { countOutcome } from '@/lib/server/observability/outcome-counts';
import { hashPassword, withHashPlace } from '@/lib/server/passwords/hasher';
import { checkNewPassword } from '@/lib/server/passwords/new-password';
import type { Blocked } from '@/lib/server/rate-limit/limiter';
import { SITE } from '@/site';
import { changeAndSignOut } from './change-and-sign-out';
import { refuseLink } from './dead-link';
import { findLiveLink, type LiveLink } from './live-link';
import { useResetLink } from './reset-links';

export type ResetRequest = {
  /** As the link has it, unchecked. */
  readonly token: string;
  readonly password: string;
  readonly facts: RequestFacts;
};

/**
 * Sets a new password by a mailed link, ends every session of the person and tells them by mail. Nobody is signed in by
 * it, and it is no way around a second factor: the next sign-in asks for all that there is. A refused password leaves the
 * link good. Every link that cannot be used, whatever the reason, is `invalid_token`.
 *
 * Only links that cannot be used are counted for the network: nobody finds one of 256 random bits by trying, and strangers
 * who try from the owner's network must not keep the owner out.
 */
export async function resetPassword(
  request: ResetRequest,
): Promise<Result<void, 'invalid_token' | 'overloaded' | PasswordFault> | Blocked> {
  const linkHash = await hashLinkToken(request.token);
  const person = linkHash === null ? null : await findLiveLink(linkHash, ['reset']);
  if (linkHash === null || person === null) return refuseLink(request.facts);
  const { email, name } = person;
  const context = { siteName: SITE.name, email, ...(name === null ? {} : { name }) };
  const checked = await checkNewPassword(request.password, context, env().passwordMinLength);
  return checked.ok ? store(request, linkHash, person) : checked;
}

/** Whoever holds the link is proven, so the hash waits for no stranger's. */
async function store(
  { password, facts }: ResetRequest,
  linkHash: Bytes,
  { userId }: LiveLink,
): Promise<Result<void, 'invalid_token' | 'overloaded'>> {
  const claim = { lane: 'known', account: userId, network: null } as const;
  const hashed = await withHashPlace(claim, (place) => hashPassword(password, place));
  if (!hashed.ok) return hashed;
  const { ip, userAgent } = facts;
  const undo = await newLink('/undo');
  const notice = passwordWasReset({ at: await databaseNow(), undoUrl: undo.url });
  const reset = { linkHash, userId, passwordHash: hashed.value, ip, userAgent, notice, undoHash: undo.hash };
  const isDone = await changeAndSignOut(facts, 'password_reset', async (tx) =>
    (await useResetLink(reset, tx)) ? userId : null,
  );
  if (!isDone) return fail('invalid_token');
  countOutcome('linkUsed');
  return succeed(undefined);
}
