import { redirect } from 'next/navigation';
import { type ProofChoice, proofChoice, proofField } from '@/app/_components/forms/asked-proof';
import { type Faults, NO_FAULTS } from '@/app/_components/forms/faults';
import { setSessionCookies } from '@/lib/server/sessions/session-cookies';
import { type CarriedRequest, carry, openCarried } from '@/lib/server/step-up/carried-request';
import { confirm } from '@/lib/server/step-up/confirm';
import type { Signer } from '@/lib/server/step-up/guard';
import { fieldFaults, proofFaults } from './action-faults';
import { askedIn, broughtProof } from './brought-proof';
import { type Asking, textOf } from './signer';

type Action = CarriedRequest['action'];
type RequestOf<Of extends Action> = Extract<CarriedRequest, { action: Of }>;

/** In place of a form: which change waits, sealed, and what it waits for. */
export type Question<Of extends Action> = {
  readonly request: RequestOf<Of>;
  readonly carried: string;
  readonly choice: ProofChoice;
};

/** What became of a question: it is asked again, the change may be made by `signer` now, or it has to be begun anew. */
export type Answered<Of extends Action> =
  | { readonly kind: 'asked'; readonly question: Question<Of>; readonly faults: Faults }
  | {
      readonly kind: 'confirmed';
      readonly request: RequestOf<Of>;
      readonly keptBack: string | null;
      readonly signer: Signer;
    }
  | { readonly kind: 'stale'; readonly request: RequestOf<Of> | null };

/** What is said then. */
export const STALE_TEXT = 'This was started before you confirmed it is you. Start again.';

/** Asks for a proof of a change that wants a fresh one. `keptBack` is sealed with it, and shown to nobody. */
export async function questionFor<Of extends Action>(
  request: RequestOf<Of>,
  signer: Signer,
  { choseRecovery = false, keptBack = null }: { choseRecovery?: boolean; keptBack?: string | null } = {},
): Promise<Question<Of>> {
  const carried = await carry(request, signer, keptBack);
  return { request, carried, choice: proofChoice(signer.methods, choseRecovery) };
}

/**
 * Takes what a form brings that asked for a proof of one of `actions`. When it is right, the cookies of the new session are
 * set. `with` asks for another kind of proof in its place; the change is sealed anew each time.
 *
 * @param path Where the form is, for whoever turns out to be signed out.
 */
export async function answerQuestion<Of extends Action>(
  before: { readonly faults: Faults },
  asking: Asking,
  form: FormData,
  { actions, path }: { readonly actions: readonly Of[]; readonly path: string },
): Promise<Answered<Of>> {
  const { signer } = asking;
  const isOurs = (request: CarriedRequest): request is RequestOf<Of> => actions.some((one) => one === request.action);
  const carried = textOf(form, 'carried');
  const opened = await openCarried(carried, signer);
  if (!opened.ok) {
    return { kind: 'stale', request: opened.code === 'stale' && isOurs(opened.request) ? opened.request : null };
  }
  const { request, keptBack } = opened.value;
  if (!isOurs(request)) return { kind: 'stale', request: null };
  const asked = askedIn(form);
  const ask = async (faults: Faults, choseRecovery: boolean): Promise<Answered<Of>> => {
    return { kind: 'asked', question: await questionFor<Of>(request, signer, { choseRecovery, keptBack }), faults };
  };
  if (form.has('with')) return ask(NO_FAULTS, textOf(form, 'with') === 'recovery');
  const proof = broughtProof(form);
  if (!proof.ok) return ask(fieldFaults(before, proofField(asked), proof.message), asked === 'recovery');
  const outcome = await confirm({ ...asking, carried, proof: proof.value });
  if (outcome.ok) {
    await setSessionCookies(outcome.value.tokens);
    return { kind: 'confirmed', request, keptBack, signer: outcome.value.signer };
  }
  switch (outcome.code) {
    case 'unauthenticated':
      return redirect(path);
    case 'stale':
      return { kind: 'stale', request };
    case 'unproven':
      return ask(proofFaults(before, outcome.reason, asked), asked === 'recovery');
  }
}
