'use client';

import { useEffect } from 'react';
import { tellAcceptedPasskeys } from '../passkey-signals';

/** Tells devices which passkeys are good here, once: give it another `key` when they are others. */
export function PasskeySignals() {
  useEffect(() => {
    void tellAcceptedPasskeys();
  }, []);
  return null;
}
