import 'server-only';
import { fail, type Result, succeed } from '@/lib/core/failures';
import type { AccessClaims } from '@/lib/core/token/claims';
import { recordRepeated } from '@/lib/server/audit/repeated-events';
import { takeTry } from '@/lib/server/ceremonies/ceremony-store';
import { isSameCode } from '@/lib/server/ceremonies/one-time-code';
import { isUniqueViolation } from '@/lib/server/database/errors';
import { databaseNow } from '@/lib/server/database/live-state';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { emailChangedNew, emailChangedOld } from '@/lib/server/mail/account-messages';
import { newLink } from '@/lib/server/mail/new-link';
import { countOutcome } from '@/lib/server/observability/outcome-counts';
import { type Blocked, settleSuccess } from '@/lib/server/rate-limit/limiter';
import { changeAndSucceed } from '@/lib/server/sessions/change';
import type { IssuedTokens } from '@/lib/server/sessions/tokens';
import { newKnownDevice } from '@/lib/server/sign-in/known-device';
import { countCode } from '@/lib/server/sign-up/count-code';
import type { PublicUser } from '@/lib/server/users/user-store';
import { writeEmail } from './email-store';
import { openEmailChange, type PendingEmail } from './pending-email';

export type EmailConfirmation = {
  readonly session: Pick<AccessClaims, 'sub' | 'sid'>;
  readonly code: string;
  readonly pendingCookie: string | null;
  readonly facts: RequestFacts;
};

/** The person with the new address, and what the browser is given. */
export type ChangedEmail = { readonly user: PublicUser; readonly tokens: IssuedTokens; readonly knownDevice: string };

/**
 * Finishes a change of address with the mailed code, in the session that asked for it: no fresh proof is asked for, because
 * one was. All other sessions end, this one gets a successor, and the owner of the old address may take it back for three
 * days. The browser needs a new device cookie, because the one that it has is bound to the old address. One answer for
 * every reason: `invalid_code`.
 */
export async function confirmEmail(
  request: EmailConfirmation,
): Promise<Result<ChangedEmail, 'invalid_code'> | Blocked> {
  const pending = await openEmailChange(request.pendingCookie, request.session);
  if (pending === null) return fail('invalid_code');
  const { jti, change } = pending;
  const taken = await takeTry(jti, 'email-change');
  if (taken === null || taken.isFinished) return fail('invalid_code');
  const counted = await countCode(change.email, jti, taken, request.facts.ip);
  if (!counted.ok) return counted;
  const isRight = isSameCode(request.code, change.code);
  const done = isRight ? await counted.value.orGiveBack(() => store(pending, request.facts)) : null;
  if (done === null) {
    await counted.value.wrong();
    const { ip, userAgent } = request.facts;
    const { sub: userId, sid: sessionId } = request.session;
    await recordRepeated({ type: 'code_failed', userId, sessionId, ip, userAgent }, sessionId);
    return fail('invalid_code');
  }
  countOutcome('typedRight');
  await settleSuccess(counted.value.buckets);
  return succeed({ user: done.applied, tokens: done.tokens, knownDevice: await newKnownDevice(change.email) });
}

async function store({ jti, change }: PendingEmail, facts: RequestFacts) {
  const { ip, userAgent, device } = facts;
  const undo = await newLink('/undo');
  const undoMail = emailChangedOld({ at: await databaseNow(), device, undoUrl: undo.url });
  const written = { jti, change, undoMail, undoHash: undo.hash, welcome: emailChangedNew(), ip, userAgent };
  const session = {
    userId: change.sub,
    sessionId: change.sid,
    facts,
    proof: null,
    othersEnd: 'email_changed',
  } as const;
  try {
    return await changeAndSucceed(session, (tx, sessionId) => writeEmail({ ...written, sessionId }, tx));
  } catch (error) {
    if (isUniqueViolation(error)) return null;
    throw error;
  }
}
