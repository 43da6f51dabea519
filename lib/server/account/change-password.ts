import 'server-only';
import { fail, type Result, succeed } from '@/lib/core/failures';
import type { PasswordFault } from '@/lib/core/passwords/password-policy';
import { env } from '@/lib/server/config/env';
import { databaseNow } from '@/lib/server/database/live-state';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { passwordChanged } from '@/lib/server/mail/account-messages';
import { newLink } from '@/lib/server/mail/new-link';
import { hashPassword, withHashPlace } from '@/lib/server/passwords/hasher';
import { checkNewPassword } from '@/lib/server/passwords/new-password';
import type { Blocked } from '@/lib/server/rate-limit/limiter';
import { changeAndSucceed } from '@/lib/server/sessions/change';
import type { IssuedTokens } from '@/lib/server/sessions/tokens';
import type { Signer } from '@/lib/server/step-up/guard';
import { provePassword } from '@/lib/server/step-up/prove-password';
import { hasSecondFactor } from '@/lib/server/users/second-factors';
import { SITE } from '@/site';
import { writePassword } from './password-store';

export type PasswordChange = {
  readonly signer: Signer;
  /** Null when the form said none. */
  readonly currentPassword: string | null;
  readonly newPassword: string;
  readonly facts: RequestFacts;
  readonly deviceCookie: string | null;
};

/** What is wrong with the fields, before any password is compared. */
export type PasswordChangeFault = PasswordFault | 'unchanged' | 'current_missing';

type Refusal = PasswordChangeFault | 'step_up_required' | 'invalid_credentials' | 'overloaded';

/**
 * Changes the password of a person who is signed in. The current one is the proof, and counted as a sign-in is. Whoever has
 * none, or a second factor, needs a fresh proof of another kind. All other sessions end, programs' too, this one gets a successor, and the owner
 * has a mail by which it can be taken back.
 */
export async function changePassword(change: PasswordChange): Promise<Result<IssuedTokens, Refusal> | Blocked> {
  const { signer, currentPassword, newPassword, facts, deviceCookie } = change;
  const { email, name } = signer.user;
  const context = { siteName: SITE.name, email, ...(name === null ? {} : { name }) };
  const checked = await checkNewPassword(newPassword, context, env().passwordMinLength);
  if (!checked.ok) return checked;
  if (signer.password !== null) {
    if (currentPassword === null) return fail('current_missing');
    if (currentPassword.normalize('NFC') === newPassword.normalize('NFC')) return fail('unchanged');
  }
  const isProofAsked = signer.password === null || hasSecondFactor(signer.factors);
  if (isProofAsked && !signer.isRecent) return fail('step_up_required');
  if (currentPassword === null) return store(change, null);
  const proven = await provePassword({ signer, password: currentPassword, facts, deviceCookie });
  return proven.ok ? store(change, proven.value) : proven;
}

async function store(
  { signer, newPassword, facts }: PasswordChange,
  since: Date | null,
): Promise<Result<IssuedTokens, 'invalid_credentials' | 'overloaded'>> {
  const { user, sessionId } = signer;
  const claim = { lane: 'known', account: user.id, network: null } as const;
  const hashed = await withHashPlace(claim, (place) => hashPassword(newPassword, place));
  if (!hashed.ok) return hashed;
  const { ip, userAgent } = facts;
  const undo = await newLink('/undo');
  const notice = passwordChanged({ at: await databaseNow(), device: facts.device, undoUrl: undo.url });
  const written = { userId: user.id, since, passwordHash: hashed.value, ip, userAgent, notice, undoHash: undo.hash };
  const change = { userId: user.id, sessionId, facts, proof: null, othersEnd: 'password_changed' } as const;
  const done = await changeAndSucceed(change, async (tx, newSessionId) =>
    (await writePassword({ ...written, sessionId: newSessionId }, tx)) ? true : null,
  );
  return done === null ? fail('invalid_credentials') : succeed(done.tokens);
}
