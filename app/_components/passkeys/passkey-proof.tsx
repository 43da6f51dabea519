'use client';

import { useState } from 'react';
import { PasskeyButton } from './passkey-button';
import { type PasskeyWay, proveByPasskey } from './prove-by-passkey';

/** Proves who one is with a passkey, where a form asks for another proof. */
export function PasskeyProof({ way, label = 'Use a passkey' }: { way: PasskeyWay; label?: string }) {
  const [fault, setFault] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);

  async function onPress() {
    if (isBusy) return;
    setIsBusy(true);
    setFault(null);
    const refused = await proveByPasskey(way);
    if (refused === null) return;
    setIsBusy(false);
    setFault(refused === 'dismissed' ? 'No passkey was used. Try again, or use another way.' : refused.sentence);
  }

  return <PasskeyButton {...{ label, isBusy, fault, onPress }} />;
}
