'use client';

import { useState } from 'react';

/** What came of asking for a passkey: another page comes, what waited goes on, or it failed, in a sentence. */
export type Came = 'leaving' | 'done' | { readonly fault: string };

/** Said where nothing was answered: the browser does not tell why. */
export const NONE_USED = 'No passkey was used. Try again, or use another way.';

/** The state of a button that asks for a passkey, one question at a time: for `PasskeyButton`. */
export function usePasskeyAttempt(ask: () => Promise<Came>) {
  const [fault, setFault] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);

  async function onPress() {
    if (isBusy) return;
    setIsBusy(true);
    setFault(null);
    const came = await ask();
    if (came === 'leaving') return;
    setIsBusy(false);
    setFault(came === 'done' ? null : came.fault);
  }

  return { fault, setFault, isBusy, onPress };
}
