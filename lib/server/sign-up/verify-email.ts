import 'server-only';
import { z } from 'zod';
import { newId } from '@/lib/core/encoding';
import { fail, type Result, succeed } from '@/lib/core/failures';
import type { EpochSeconds } from '@/lib/core/time';
import { unseal } from '@/lib/core/token/sealed-token';
import { recordRepeated } from '@/lib/server/audit/repeated-events';
import { consumeCeremony, returnTry, takeTry } from '@/lib/server/ceremonies/ceremony-store';
import { isSameCode } from '@/lib/server/ceremonies/one-time-code';
import { db } from '@/lib/server/database/client';
import { isUniqueViolation } from '@/lib/server/database/errors';
import { databaseNow } from '@/lib/server/database/live-state';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { sealKeys } from '@/lib/server/keys/data-keys';
import { randomBytes } from '@/lib/server/keys/random';
import { countOutcome } from '@/lib/server/observability/outcome-counts';
import { type Blocked, settleSuccess } from '@/lib/server/rate-limit/limiter';
import { type BegunSession, beginSession, noteBegun } from '@/lib/server/sessions/start';
import { issueTokens } from '@/lib/server/sessions/tokens';
import { newKnownDevice } from '@/lib/server/sign-in/known-device';
import type { SignedIn } from '@/lib/server/sign-in/login';
import { findAddressOwner, PUBLIC_FIELDS, type PublicUser } from '@/lib/server/users/user-store';
import { countCode } from './count-code';
import { firstIdentity, firstSessionAgain, sealedSession } from './first-session';

export type Verification = {
  readonly code: string;
  readonly pendingCookie: string | null;
  readonly refreshCookie: string | null;
  readonly facts: RequestFacts;
};

const signUpData = z.object({
  email: z.string(),
  name: z.string().nullable(),
  passwordHash: z.string(),
  code: z.string(),
  session: sealedSession,
});
type SignUp = z.infer<typeof signUpData>;
type PendingSignUp = { readonly jti: string; readonly exp: EpochSeconds; readonly signUp: SignUp };

/**
 * Finishes a sign-up with the mailed code: user, password and first session in one transaction. A try of the ceremony is
 * taken before the comparison, so that no old cookie brings more; one that has none left counts nowhere else. The first
 * try asks no count of the address: whatever strangers tried there, its owner has it. One answer for every reason:
 * `invalid_code`.
 *
 * Within a minute the same cookie and the right code bring the same session again, for an answer that was lost: nothing
 * begins, and nothing that has ended comes back.
 */
export async function verifyEmail(request: Verification): Promise<Result<SignedIn, 'invalid_code'> | Blocked> {
  const opened = await openPending(request.pendingCookie);
  if (opened === null) return fail('invalid_code');
  const { jti, signUp } = opened;
  const taken = await takeTry(jti, 'sign-up');
  if (taken === null) return fail('invalid_code');
  const counted = await countCode(signUp.email, jti, taken, request.facts.ip);
  if (!counted.ok) return counted;
  const isRight = isSameCode(request.code, signUp.code);
  const { created, done } = await counted.value.orGiveBack(async () => {
    const created = isRight && !taken.isFinished ? await createAccount(jti, signUp, request) : null;
    return { created, done: created ?? (isRight ? await firstSessionAgain(signUp.session, request.facts) : null) };
  });
  if (done === null) {
    await counted.value.wrong();
    const { ip, userAgent } = request.facts;
    await recordRepeated({ type: 'code_failed', ip, userAgent }, 'sign_up');
    return fail('invalid_code');
  }
  // Only now: an answer of the database that the commit failed must leave the replaced session as it was.
  if (created !== null) await noteBegun(created, { broughtRefreshToken: request.refreshCookie, facts: request.facts });
  countOutcome('typedRight');
  if (created === null) await returnTry(jti);
  await settleSuccess(counted.value.buckets);
  const { user, session, secret } = done;
  return succeed({ user, tokens: await issueTokens(session, secret), knownDevice: await newKnownDevice(signUp.email) });
}

/** The sign-up that the pending cookie holds; null when there is none, or its ten minutes are over. */
export async function openPending(cookie: string | null): Promise<PendingSignUp | null> {
  if (cookie === null) return null;
  const keys = await sealKeys();
  const opened = await unseal('sign-up', cookie, (id) => keys.byId(id), await databaseNow());
  if (!opened.ok) return null;
  const signUp = signUpData.safeParse(opened.value.data);
  return signUp.success ? { jti: opened.value.jti, exp: opened.value.exp, signUp: signUp.data } : null;
}

/** Null when the ceremony was finished meanwhile, or another ceremony took the address first. */
async function createAccount(
  jti: string,
  { email, name, passwordHash, session }: SignUp,
  { facts, refreshCookie }: Verification,
): Promise<(BegunSession & { user: PublicUser }) | null> {
  try {
    return await db().$transaction(async (tx) => {
      if (!(await consumeCeremony(jti, tx))) return null;
      // Its last owner changed it while this sign-up waited, and may have it back.
      if ((await findAddressOwner(email, tx)) !== null) throw new AddressIsTaken();
      const id = newId(randomBytes);
      const user = await tx.user.create({
        data: { id, email, name, password: { create: { hash: passwordHash } } },
        select: PUBLIC_FIELDS,
      });
      await tx.auditEvent.create({
        data: { type: 'signed_up', userId: id, ip: facts.ip, userAgent: facts.userAgent },
        select: { id: true },
      });
      const start = { userId: id, kind: 'browser', remember: false, amr: ['pwd'], facts } as const;
      const identity = firstIdentity(session);
      const known = identity === null ? {} : { identity };
      const begun = await beginSession({ ...start, ...known, broughtRefreshToken: refreshCookie }, tx);
      return begun === null ? null : { user, ...begun };
    });
  } catch (error) {
    if (error instanceof AddressIsTaken || isUniqueViolation(error)) return null;
    throw error;
  }
}

/** Undoes what the transaction wrote. */
class AddressIsTaken extends Error {}
