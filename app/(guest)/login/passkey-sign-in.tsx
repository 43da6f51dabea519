'use client';

import { useEffect, useRef, useState } from 'react';
import { PasskeyButton } from '@/app/_components/passkeys/passkey-button';
import { proveByPasskey } from '@/app/_components/passkeys/prove-by-passkey';
import { usePasskeySupport } from '@/app/_components/passkeys/use-passkey-support';

/** A ceremony is good for ten minutes, and browsers keep an offer for as long as the page is open. */
const OFFER_AGAIN_MS = 8 * 60_000;

const NONE_USED = 'No passkey was used. Try again, or sign in with your password.';

type Props = {
  next: string;
  /** Whether the browser is to be kept signed in, as the form says at that moment. */
  isRemembered: () => boolean;
};

/** Signs in with a passkey: by a button, and by the suggestions of the field for the address. */
export function PasskeySignIn({ next, isRemembered }: Props) {
  const isSupported = usePasskeySupport();
  const [fault, setFault] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const isAsking = useRef(false);
  const offer = useRef<() => void>(() => undefined);
  const way = useRef({
    options: { endpoint: '/api/auth/passkey/options', body: { for: 'sign_in' } },
    endpoint: '/api/auth/passkey',
    extra: () => ({ remember: isRemembered() }),
    next,
    tells: 'signed-in',
  } as const);

  useEffect(() => {
    if (!isSupported) return;
    let isOver = false;
    let offeredAtMs = 0;
    let timer: ReturnType<typeof setTimeout>;
    async function offerOne() {
      if (isOver || isAsking.current || !(await canOffer())) return;
      clearTimeout(timer);
      timer = setTimeout(offerOne, OFFER_AGAIN_MS);
      offeredAtMs = Date.now();
      const refused = await proveByPasskey(way.current, true);
      if (isOver || refused === null || refused === 'dismissed') return;
      setFault(refused.sentence);
      void offerOne();
    }
    const onVisible = () => {
      if (document.visibilityState === 'visible' && Date.now() - offeredAtMs > OFFER_AGAIN_MS) void offerOne();
    };
    offer.current = () => void offerOne();
    // Nobody waits for it: the form goes first.
    timer = setTimeout(offerOne, 500);
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      isOver = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [isSupported]);

  async function onPress() {
    if (isAsking.current) return;
    isAsking.current = true;
    setIsBusy(true);
    setFault(null);
    const refused = await proveByPasskey(way.current);
    if (refused === null) return;
    isAsking.current = false;
    setIsBusy(false);
    setFault(refused === 'dismissed' ? NONE_USED : refused.sentence);
    offer.current();
  }

  return <PasskeyButton label="Sign in with a passkey" {...{ isBusy, fault, onPress }} />;
}

const canOffer = async (): Promise<boolean> =>
  (await PublicKeyCredential.isConditionalMediationAvailable?.().catch(() => false)) ?? false;
