'use client';

import { useEffect, useRef } from 'react';
import { PasskeyButton } from '@/app/_components/passkeys/passkey-button';
import { usePasskeyAttempt } from '@/app/_components/passkeys/use-passkey-attempt';
import { usePasskeySupport } from '@/app/_components/passkeys/use-passkey-support';

/** When the page has long been there: nobody waits for the offer, and what it needs is no part of a first visit. */
const OFFER_AFTER_MS = 1_500;
const NONE_USED = 'No passkey was used. Try again, or sign in with your password.';

type Props = {
  next: string;
  /** Whether the browser is to be kept signed in, as the form says at that moment. */
  isRemembered: () => boolean;
};

/** Signs in with a passkey: by a button, and by the suggestions of the field for the address. */
export function PasskeySignIn({ next, isRemembered }: Props) {
  const isSupported = usePasskeySupport();
  const offer = useRef<{ again(): void; stop(): void } | null>(null);
  const way = useRef({
    options: { endpoint: '/api/auth/passkey/options', body: { for: 'sign_in' } },
    endpoint: '/api/auth/passkey',
    extra: () => ({ remember: isRemembered() }),
    next,
    tells: 'signed-in',
  } as const);
  const { setFault, ...button } = usePasskeyAttempt(async () => {
    const loaded = await import('@/app/_components/passkeys/prove-by-passkey').catch(() => null);
    const refused = loaded === null ? 'dismissed' : await loaded.proveByPasskey(way.current);
    if (refused === null) return 'leaving';
    offer.current?.again();
    return { fault: refused === 'dismissed' ? NONE_USED : refused.sentence };
  });

  useEffect(() => {
    if (!isSupported) return;
    const timer = setTimeout(async () => {
      // What cannot be loaded is not offered: the button and the form are there.
      const loaded = await import('./passkey-offer').catch(() => null);
      offer.current ??= loaded?.offerPasskeys(way.current, setFault) ?? null;
    }, OFFER_AFTER_MS);
    return () => {
      clearTimeout(timer);
      offer.current?.stop();
      offer.current = null;
    };
  }, [isSupported, setFault]);

  return <PasskeyButton label="Sign in with a passkey" {...button} />;
}
