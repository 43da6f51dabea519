import 'server-only';
import { fromBase64Url, newId, toBase64Url } from '@/lib/core/encoding';
import { amrOf } from '@/lib/core/factors/proof';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { MAX_NAME_LENGTH } from '@/lib/core/person-name';
import { MAX_PASSKEYS } from '@/lib/core/policy';
import { arePasskeysAvailable } from '@/lib/server/config/passkeys';
import { databaseNow } from '@/lib/server/database/live-state';
import { openPasskeyCeremony } from '@/lib/server/factors/passkey-ceremony';
import { type CreationOffer, offerCreation } from '@/lib/server/factors/passkey-options';
import { passkeysAndHandleOf } from '@/lib/server/factors/passkey-store';
import { type Attestation, verifyAttestation } from '@/lib/server/factors/passkey-verification';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { randomBytes } from '@/lib/server/keys/random';
import { factorAdded } from '@/lib/server/mail/factor-messages';
import { newLink } from '@/lib/server/mail/new-link';
import { changeAndSucceed } from '@/lib/server/sessions/change';
import type { IssuedTokens } from '@/lib/server/sessions/tokens';
import type { Signer } from '@/lib/server/step-up/guard';
import { hasSecondFactor } from '@/lib/server/users/second-factors';
import { newRecoveryCodes } from './new-recovery-codes';
import { writePasskey } from './passkey-added';
import { type ListedPasskey, listedPasskey, type PasskeyRow } from './passkey-list';

/** `user.id` of WebAuthn is random and says nothing of the account (§14.6.1); this is as long as one of 64 may be in any browser. */
const HANDLE_BYTES = 32;

type OfferFailure = 'passkeys_unavailable' | 'too_many_passkeys' | 'step_up_required';

/** Asks for a new passkey of a person who just proved who they are. Nothing is stored. */
export async function offerPasskey(signer: Signer): Promise<Result<CreationOffer, OfferFailure>> {
  const { user, sessionId, isRecent, passkeyCount } = signer;
  if (!arePasskeysAvailable()) return fail('passkeys_unavailable');
  if (passkeyCount >= MAX_PASSKEYS) return fail('too_many_passkeys');
  if (!isRecent) return fail('step_up_required');
  const { passkeys, handle } = await passkeysAndHandleOf(user.id);
  const madeFor = handle ?? toBase64Url(randomBytes(HANDLE_BYTES));
  return offerCreation({ sub: user.id, sid: sessionId }, user, madeFor, passkeys);
}

export type PasskeyEnrolment = {
  readonly signer: Signer;
  readonly ceremony: string;
  readonly attestation: Attestation;
  /** By which its owner will know it; null for one that says where it was made. */
  readonly name: string | null;
  readonly facts: RequestFacts;
};

/** `recoveryCodes`: shown this once, with the first factor of a person. */
export type AddedPasskey = {
  readonly tokens: IssuedTokens;
  readonly passkey: ListedPasskey;
  readonly recoveryCodes: readonly string[] | null;
};

export type EnrolmentFailure = 'invalid_passkey' | 'passkey_exists' | 'too_many_passkeys';

/**
 * Stores a passkey that was made for `ceremony`, in the session that asked for it, which is proven by it too. With the first
 * factor of a person all their other sessions end, programs' too, because nobody showed a factor for them, and they are
 * given recovery codes. The owner has a mail.
 */
export async function addPasskey(enrolment: PasskeyEnrolment): Promise<Result<AddedPasskey, EnrolmentFailure>> {
  const { signer, attestation, facts } = enrolment;
  const { user, sessionId, factors, passkeyCount } = signer;
  const ceremony = await openPasskeyCeremony('passkey-new', enrolment.ceremony, { sub: user.id, sid: sessionId });
  const handle = fromBase64Url(ceremony?.handle ?? '');
  if (ceremony === null || handle === null) return fail('invalid_passkey');
  if (passkeyCount >= MAX_PASSKEYS) return fail('too_many_passkeys');
  const passkey = await verifyAttestation(attestation, ceremony.challenge);
  if (passkey === null) return fail('invalid_passkey');
  const isFirst = !hasSecondFactor(factors);
  const recoveryCodes = isFirst ? await newRecoveryCodes(user.id) : null;
  const undo = await newLink('/undo');
  const { ip, userAgent, device } = facts;
  const notice = factorAdded({ factor: 'passkey', at: await databaseNow(), device, undoUrl: undo.url });
  const name = enrolment.name ?? (device ?? 'Passkey').slice(0, MAX_NAME_LENGTH);
  const { transports = [] } = attestation.response;
  const made = { ceremony, handle, id: newId(randomBytes), name, passkey, transports, recoveryCodes };
  const write = { ...made, userId: user.id, factorsVersion: factors.factorsVersion, ip, userAgent, notice };
  const proof = { amr: amrOf('passkey'), passwordSince: null };
  const othersEnd = isFirst ? 'factor_changed' : null;
  let refusal: EnrolmentFailure = 'invalid_passkey';
  const change = { userId: user.id, sessionId, facts, proof, othersEnd } as const;
  const done = await changeAndSucceed<PasskeyRow>(change, async (tx, newSessionId) => {
    const written = await writePasskey({ ...write, sessionId: newSessionId, undoHash: undo.hash }, tx);
    if (written === 'taken') refusal = 'passkey_exists';
    return written === 'taken' || written === 'void' ? null : written;
  });
  if (done === null) return fail(refusal);
  const { applied, tokens } = done;
  return succeed({ tokens, passkey: listedPasskey(applied), recoveryCodes: recoveryCodes?.codes ?? null });
}
