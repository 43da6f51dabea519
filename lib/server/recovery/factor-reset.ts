import 'server-only';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { FACTOR_RESET_WAIT_SECONDS } from '@/lib/core/policy';
import { databaseNow } from '@/lib/server/database/live-state';
import { type OpenReset, takeFactors, writeResetRequest } from '@/lib/server/factors/reset-store';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { factorResetBegun, factorsReset } from '@/lib/server/mail/factor-messages';
import { newLink } from '@/lib/server/mail/new-link';
import { changeAndSignOut } from './change-and-sign-out';

// The way back for somebody who lost every second factor and every recovery code, by an admin who knows them. It takes a
// day, in which the owner of the account can stop it: whoever persuades an admin must not have the account at once.

/**
 * Opens a reset of a person's second factors: the next right password after a day takes them away. The account is as
 * protected as before until then, any proof of a factor cancels it, and so does the link in the mail to the owner. One that is
 * open goes on.
 */
export async function requestFactorReset({
  userId,
  requestedBy,
  reason,
  facts = null,
}: {
  readonly userId: string;
  /** The admin; null from the command line. */
  readonly requestedBy: string | null;
  readonly reason: string;
  /** Of the admin's request. */
  readonly facts?: RequestFacts | null;
}): Promise<Result<OpenReset & { readonly isNew: boolean }, 'no_factor'>> {
  const stop = await newLink('/undo');
  const notBefore = (await databaseNow()) + FACTOR_RESET_WAIT_SECONDS;
  const mail = factorResetBegun({ notBefore, stopUrl: stop.url });
  const written = await writeResetRequest({ userId, requestedBy, reason, facts, mail, stopHash: stop.hash });
  return written === null ? fail('no_factor') : succeed(written);
}

/**
 * Takes a person's second factors and recovery codes away at once and ends their sessions: for the operator of the server
 * alone, such as for the last admin, whom no other admin can help.
 */
export async function resetFactorsNow(userId: string): Promise<Result<void, 'no_factor'>> {
  const mail = factorsReset(await databaseNow());
  const use = { userId, ip: null, userAgent: null, mail, mustBeDue: false };
  const isDone = await changeAndSignOut(null, 'factor_changed', async (tx) =>
    (await takeFactors(use, tx)) ? userId : null,
  );
  return isDone ? succeed(undefined) : fail('no_factor');
}
