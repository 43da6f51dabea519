import 'server-only';
import { type Failure, fail, type Success, succeed } from '@/lib/core/failures';
import type { PasskeyPurpose } from '@/lib/core/token/sealed-token';
import { recordRepeated } from '@/lib/server/audit/repeated-events';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import type { PublicUser } from '@/lib/server/users/user-store';
import { type CeremonyOwner, openPasskeyCeremony } from './passkey-ceremony';
import { findPasskey, type KnownPasskey } from './passkey-store';
import { type Assertion, type SignedState, verifyAssertion } from './passkey-verification';
import { type Spending, spendPasskey } from './spending';

/** What a page brings of a passkey: the ceremony that it was given, and what the passkey signed. */
export type BroughtPasskey = { readonly ceremony: string; readonly assertion: Assertion };

/** A passkey that signed rightly. `spending` is to be used up by the statement that acts on it. */
export type ProvenPasskey = { readonly user: PublicUser; readonly spending: Spending };

export type PasskeyFailure =
  /** One answer for all that may be wrong. `userId`: whose passkey it is, where that is known. For the audit log alone. */
  | (Failure<'invalid_passkey'> & { readonly userId: string | null })
  /** Nobody has it: it was removed here and not where it is kept. */
  | Failure<'unknown_passkey'>;

/**
 * Verifies what a passkey signed for a ceremony that was begun for `owner`. It is not used up yet: of many requests at once
 * with the same answer all come so far.
 */
export async function provePasskey(
  { ceremony, assertion }: BroughtPasskey,
  purpose: PasskeyPurpose,
  owner: CeremonyOwner,
  facts: RequestFacts,
): Promise<Success<ProvenPasskey> | PasskeyFailure> {
  const opened = await openPasskeyCeremony(purpose, ceremony, owner);
  if (opened === null) return { ...fail('invalid_passkey'), userId: null };
  const passkey = await findPasskey(assertion.id);
  if (passkey === null) return fail('unknown_passkey');
  const { user, isDisabled, handle } = passkey;
  const refused = { ...fail('invalid_passkey'), userId: user.id };
  const { userHandle = handle } = assertion.response;
  if (isDisabled || userHandle !== handle || (owner.sub ?? user.id) !== user.id) return refused;
  const signed = await verifyAssertion(assertion, opened.challenge, passkey);
  if (signed === null) return refused;
  if (!isCounterRight(passkey, signed)) {
    const { ip, userAgent } = facts;
    const details = { passkey: passkey.id };
    const event = { type: 'passkey_counter_back', userId: user.id, ip, userAgent, details } as const;
    await recordRepeated(event, passkey.id);
    return refused;
  }
  return succeed({ user, spending: spendPasskey(opened, { id: passkey.id, ...signed }, facts) });
}

/**
 * Whether the counter went on, where it means anything (WebAuthn §6.1.1): one device counts its signatures, unless it never
 * does; copies of a synced passkey know nothing of one another. The same condition stands in the statement that uses it up.
 */
const isCounterRight = ({ counter, backupEligible }: KnownPasskey, signed: SignedState): boolean =>
  backupEligible || counter < signed.counter || (counter === 0 && signed.counter === 0);
