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

/** A new password that may take the place of the one that was compared, which had been set `since`; null where there was none. */
export type ReadyPassword = { readonly passwordHash: string; readonly since: Date | null };

type NotReady = PasswordChangeFault | 'invalid_credentials' | 'overloaded';

/**
 * Changes the password of a person who is signed in. The current one is the proof, and counted as a sign-in is. Whoever has
 * none, or a second factor, needs a fresh proof of another kind, and is told so before any password is compared. All other
 * sessions end, programs' too, this one gets a successor, and the owner has a mail by which it can be taken back.
 */
export async function changePassword(
  change: PasswordChange,
): Promise<Result<IssuedTokens, NotReady | 'step_up_required'> | Blocked> {
  const { signer, facts } = change;
  const checked = await checkFields(change);
  if (!checked.ok) return checked;
  if (isProofMissing(signer)) return fail('step_up_required');
  const ready = await compareAndHash(change);
  return ready.ok ? setPassword({ signer, facts }, ready.value) : ready;
}

/** For a page that asks for the fresh proof afterwards: everything but the change, which `setPassword` makes. */
export async function readyPassword(change: PasswordChange): Promise<Result<ReadyPassword, NotReady> | Blocked> {
  const checked = await checkFields(change);
  return checked.ok ? compareAndHash(change) : checked;
}

/** `invalid_credentials` when another password came in between. */
export async function setPassword(
  { signer, facts }: Pick<PasswordChange, 'signer' | 'facts'>,
  ready: ReadyPassword,
): Promise<Result<IssuedTokens, 'step_up_required' | 'invalid_credentials'>> {
  if (isProofMissing(signer)) return fail('step_up_required');
  const { user, sessionId } = signer;
  const { ip, userAgent } = facts;
  const undo = await newLink('/undo');
  const notice = passwordChanged({ at: await databaseNow(), device: facts.device, undoUrl: undo.url });
  const written = { userId: user.id, ...ready, ip, userAgent, notice, undoHash: undo.hash };
  const change = { userId: user.id, sessionId, facts, proof: null, othersEnd: 'password_changed' } as const;
  const done = await changeAndSucceed(change, async (tx, newSessionId) =>
    (await writePassword({ ...written, sessionId: newSessionId }, tx)) ? true : null,
  );
  return done === null ? fail('invalid_credentials') : succeed(done.tokens);
}

const isProofMissing = ({ password, factors, isRecent }: Signer): boolean =>
  (password === null || hasSecondFactor(factors)) && !isRecent;

async function checkFields({
  signer,
  currentPassword,
  newPassword,
}: PasswordChange): Promise<Result<null, PasswordChangeFault>> {
  const { email, name } = signer.user;
  const context = { siteName: SITE.name, email, ...(name === null ? {} : { name }) };
  const checked = await checkNewPassword(newPassword, context, env().passwordMinLength);
  if (!checked.ok) return checked;
  if (signer.password === null) return succeed(null);
  if (currentPassword === null) return fail('current_missing');
  return currentPassword.normalize('NFC') === newPassword.normalize('NFC') ? fail('unchanged') : succeed(null);
}

async function compareAndHash({
  signer,
  currentPassword,
  newPassword,
  facts,
  deviceCookie,
}: PasswordChange): Promise<Result<ReadyPassword, 'invalid_credentials' | 'overloaded'> | Blocked> {
  const password = currentPassword;
  const proven = password === null ? null : await provePassword({ signer, password, facts, deviceCookie });
  if (proven !== null && !proven.ok) return proven;
  const claim = { lane: 'known', account: signer.user.id, network: null } as const;
  const hashed = await withHashPlace(claim, (place) => hashPassword(newPassword, place));
  return hashed.ok ? succeed({ passwordHash: hashed.value, since: proven?.value ?? null }) : hashed;
}
