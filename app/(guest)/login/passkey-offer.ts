import { type PasskeyWay, proveByPasskey } from '@/app/_components/passkeys/prove-by-passkey';

/** A ceremony is good for ten minutes, and browsers keep an offer for as long as the page is open. */
const OFFER_AGAIN_MS = 8 * 60_000;

type Offer = {
  /** Offers once more: after a question that ended the one before. */
  again(): void;
  stop(): void;
};

/**
 * Has the browser show passkeys among the suggestions for the address, for as long as the page is open. `onRefused` is told
 * why one that was picked was not taken; that none was picked is worth no word.
 */
export function offerPasskeys(way: PasskeyWay, onRefused: (sentence: string) => void): Offer {
  let isOver = false;
  let offeredAtMs = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const again = () => void offerOne();

  async function offerOne(): Promise<void> {
    if (isOver || !(await canOffer())) return;
    clearTimeout(timer);
    timer = setTimeout(again, OFFER_AGAIN_MS);
    offeredAtMs = Date.now();
    const refused = await proveByPasskey(way, true);
    if (isOver || refused === null || refused === 'dismissed') return;
    onRefused(refused.sentence);
    again();
  }

  // A computer that slept keeps the offer and lets its time pass.
  const onVisible = () => {
    if (document.visibilityState === 'visible' && Date.now() - offeredAtMs > OFFER_AGAIN_MS) again();
  };
  document.addEventListener('visibilitychange', onVisible);
  again();
  return {
    again,
    stop() {
      isOver = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
    },
  };
}

const canOffer = async (): Promise<boolean> =>
  (await PublicKeyCredential.isConditionalMediationAvailable?.().catch(() => false)) ?? false;
