import { post } from '@/app/_components/forms/use-auth-form';
import { type SessionMessage, tellOtherTabs } from '@/app/_components/session/session-channel';
import { askForPasskey, forgetPasskey } from './assertion';

/** Where a passkey is asked for, and where its answer goes. */
export type PasskeyWay = {
  readonly options: { readonly endpoint: string; readonly body: Record<string, unknown> };
  readonly endpoint: string;
  /** What goes with the answer. */
  readonly extra?: () => Record<string, unknown>;
  /** Where a success leads: a document navigation, so that nothing shown before remains. */
  readonly next: string;
  readonly tells: SessionMessage;
};

/** Why it was not taken, in a sentence; or that nothing was answered, which is worth none by itself. */
export type PasskeyFault = { readonly sentence: string } | 'dismissed';

const NOT_TAKEN = 'This passkey was not taken. Try again, or use another way.';

/** Null once it was taken and the page is on its way to `next`. */
export async function proveByPasskey(way: PasskeyWay, isOffer = false): Promise<PasskeyFault | null> {
  const asked = await askForPasskey(way.options.endpoint, way.options.body, isOffer);
  if (asked.kind === 'dismissed') return 'dismissed';
  // Nobody asked for an offer, so nobody need hear that there is none.
  if (asked.kind === 'refused') return isOffer ? 'dismissed' : { sentence: asked.refusal.summary ?? NOT_TAKEN };
  const { ceremony, assertion } = asked;
  const refusal = await post(way.endpoint, { ceremony, assertion, ...way.extra?.() });
  if (refusal === null) {
    tellOtherTabs(way.tells);
    location.assign(way.next);
    return null;
  }
  if (refusal.code === 'unknown_passkey') await forgetPasskey(assertion.id);
  return { sentence: refusal.summary ?? NOT_TAKEN };
}
