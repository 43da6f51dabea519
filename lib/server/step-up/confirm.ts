import 'server-only';
import { type Failure, fail, type Success, succeed } from '@/lib/core/failures';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import type { Blocked } from '@/lib/server/rate-limit/limiter';
import type { IssuedTokens } from '@/lib/server/sessions/tokens';
import { type CarriedRequest, carry, openCarried } from './carried-request';
import type { Signer } from './guard';
import type { BroughtProof, ProofFailure } from './prove';
import { stepUp } from './step-up';

/** A form that brings a change back which its page carried, with the proof that was asked for. */
export type Confirmation = {
  readonly signer: Signer;
  readonly carried: string;
  readonly proof: BroughtProof;
  readonly facts: RequestFacts;
  readonly deviceCookie: string | null;
};

/** What may be done now, by whom, and what their browser is given first. */
export type Confirmed = {
  readonly request: CarriedRequest;
  readonly keptBack: string | null;
  readonly signer: Signer;
  readonly tokens: IssuedTokens;
};

/** The proof was not taken: the same change, to be carried once more. */
export type Unproven = Failure<'unproven'> & {
  readonly request: CarriedRequest;
  readonly carried: string;
  readonly reason: Failure<ProofFailure> | Blocked;
};

/** It can be confirmed no more. `request`, where it was this person's, saves them the typing. */
export type Stale = Failure<'stale'> & { readonly request: CarriedRequest | null };

/**
 * Takes the proof for a change that its page carried. What is to be done is read from the seal and nowhere else, and may be
 * confirmed once. The caller sets the cookies, then makes the change. `unauthenticated` when the session ended meanwhile.
 */
export async function confirm(
  confirmation: Confirmation,
): Promise<Success<Confirmed> | Unproven | Stale | Failure<'unauthenticated'>> {
  const { carried, ...proof } = confirmation;
  const { signer } = proof;
  const opened = await openCarried(carried, signer);
  if (!opened.ok) return { ...fail('stale'), request: opened.code === 'stale' ? opened.request : null };
  const { request, keptBack } = opened.value;
  const proven = await stepUp(proof, opened.value);
  if (proven.ok) {
    const stepped = { ...signer, sessionId: proven.value.claims.sid, isRecent: true };
    return succeed({ request, keptBack, signer: stepped, tokens: proven.value });
  }
  switch (proven.code) {
    case 'used':
      return { ...fail('stale'), request };
    case 'unauthenticated':
      return fail('unauthenticated');
    case 'too_many_attempts':
      return { ...fail('unproven'), request, carried: await carry(request, signer, keptBack), reason: proven };
    default:
      return {
        ...fail('unproven'),
        request,
        carried: await carry(request, signer, keptBack),
        reason: fail(proven.code),
      };
  }
}
