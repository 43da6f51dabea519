import { type OfferedTotp, offerTotp } from '@/lib/server/security/add-totp';
import { securityOverview } from '@/lib/server/security/overview';
import { removePasskey, removeTotp } from '@/lib/server/security/remove-factor';
import { renewRecoveryCodes } from '@/lib/server/security/renew-recovery-codes';
import type { IssuedTokens } from '@/lib/server/sessions/tokens';
import type { CarriedRequest } from '@/lib/server/step-up/carried-request';
import type { Signer } from '@/lib/server/step-up/guard';
import { type Question, questionFor } from '../carried-change';
import { type Asking, textOf } from '../signer';

export type FactorAction = Extract<
  CarriedRequest['action'],
  'set_up_totp' | 'remove_totp' | 'remove_passkey' | 'make_codes'
>;
type FactorRequest = Extract<CarriedRequest, { action: FactorAction }>;

/** What is to go: the app, or a passkey by its id and the name that its owner gave it. */
export type RemovalRequest = Extract<FactorRequest, { action: 'remove_totp' | 'remove_passkey' }>;

type Refused = { readonly kind: 'refused'; readonly text: string };

/** What became of a change; `step_up` when it waits for a proof. */
export type MadeChange =
  | { readonly kind: 'step_up'; readonly question: Question<FactorAction> }
  | { readonly kind: 'ask_removal'; readonly request: RemovalRequest }
  | { readonly kind: 'setup'; readonly offer: OfferedTotp }
  | { readonly kind: 'codes'; readonly codes: readonly string[] }
  | { readonly kind: 'removed'; readonly request: RemovalRequest; readonly tokens: IssuedTokens }
  | Refused;

type Asked =
  | { readonly kind: 'change'; readonly request: FactorRequest }
  | Extract<MadeChange, { kind: 'ask_removal' }>
  | Refused;

const MADE_BEFORE = 'New codes were made already, and are shown once. If you did not keep them, make new ones.';
const REFUSALS = {
  factor_exists: 'Your authenticator app is on already.',
  not_found: 'It is gone already.',
  last_factor: 'This is your last second factor now. Start again.',
  no_factor: 'Recovery codes stand in for a second factor, and you have none now.',
  factors_changed: MADE_BEFORE,
  unauthenticated: 'Your session has ended. Sign in again to go on.',
} as const;

const refused = (text: string): Refused => ({ kind: 'refused', text });

/** What a button of the page asks for. Whether an app is really to go is asked first. */
export async function changeAsked(signer: Signer, form: FormData): Promise<Asked> {
  switch (textOf(form, 'action')) {
    case 'set_up_totp':
      return { kind: 'change', request: { action: 'set_up_totp' } };
    case 'remove_totp': {
      const request = { action: 'remove_totp', isLast: !signer.factors.hasPasskey } as const;
      return signer.factors.hasTotp ? removal(signer, request, form) : { kind: 'change', request };
    }
    case 'remove_passkey': {
      const { passkeys, totp } = await securityOverview(signer);
      const passkey = passkeys.find(({ id }) => id === textOf(form, 'id'));
      if (passkey === undefined) return refused(REFUSALS.not_found);
      const { id, name } = passkey;
      const isLast = totp === null && passkeys.length === 1;
      return removal(signer, { action: 'remove_passkey', id, name, isLast }, form);
    }
    case 'make_codes': {
      // A form that is sent again, by a reload without scripts, must not kill the codes that were just kept.
      const { recoveryCodes } = await securityOverview(signer);
      const isSentAgain = (recoveryCodes?.createdAt ?? '') !== textOf(form, 'since');
      return isSentAgain ? refused(MADE_BEFORE) : { kind: 'change', request: { action: 'make_codes' } };
    }
    default:
      return refused('Nothing was done. Start again.');
  }
}

/** Whoever just proved who they are is asked once more, because nothing else is asked of them. */
function removal(signer: Signer, request: RemovalRequest, form: FormData): Asked {
  if (signer.isRecent && !form.has('sure')) return { kind: 'ask_removal', request };
  // Removing the last one is more than what a page said that was made before another one went.
  const isLast = form.has('sure') ? textOf(form, 'sure') === 'last' : request.isLast;
  return { kind: 'change', request: { ...request, isLast } };
}

/** Makes a change, or asks for the proof that it wants. */
export async function makeChange(request: FactorRequest, { signer, facts }: Asking): Promise<MadeChange> {
  const made = await changed(request, { signer, facts });
  if (typeof made === 'object') return made;
  return made === 'step_up_required'
    ? { kind: 'step_up', question: await questionFor<FactorAction>(request, signer) }
    : refused(REFUSALS[made]);
}

async function changed(
  request: FactorRequest,
  { signer, facts }: Pick<Asking, 'signer' | 'facts'>,
): Promise<MadeChange | 'step_up_required' | keyof typeof REFUSALS> {
  switch (request.action) {
    case 'set_up_totp': {
      const offered = await offerTotp(signer);
      return offered.ok ? { kind: 'setup', offer: offered.value } : offered.code;
    }
    case 'remove_totp': {
      const removed = await removeTotp({ signer, mayBeLast: request.isLast, facts });
      return removed.ok ? { kind: 'removed', request, tokens: removed.value } : removed.code;
    }
    case 'remove_passkey': {
      const removed = await removePasskey({ signer, mayBeLast: request.isLast, id: request.id, facts });
      return removed.ok ? { kind: 'removed', request, tokens: removed.value } : removed.code;
    }
    case 'make_codes': {
      const made = await renewRecoveryCodes(signer, facts);
      return made.ok ? { kind: 'codes', codes: made.value } : made.code;
    }
  }
}
