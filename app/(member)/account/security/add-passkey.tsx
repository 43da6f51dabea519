'use client';

import { useState } from 'react';
import { PasskeyButton } from '@/app/_components/passkeys/passkey-button';
import { addPasskey } from '@/app/_components/passkeys/registration';

const PATH = '/account/security';
const FAULTS = {
  known: 'This device has a passkey of your account already.',
  dismissed: 'No passkey was made. Try again whenever you like.',
  unknown: 'The passkey was not kept. Try again.',
} as const;

/** Has the browser make a passkey. The first second factor of an account brings recovery codes, which are shown this once. */
export function AddPasskey({ onCodes }: { onCodes: (codes: readonly string[]) => void }) {
  const [fault, setFault] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);

  async function onPress() {
    if (isBusy) return;
    setIsBusy(true);
    setFault(null);
    const added = await addPasskey();
    if (added.kind === 'added') {
      if (added.recoveryCodes === null) return location.assign(`${PATH}?done=passkey_added`);
      return onCodes(added.recoveryCodes);
    }
    if (added.kind === 'refused' && added.refusal.code === 'step_up_required') {
      return location.assign(`/step-up?next=${encodeURIComponent(PATH)}`);
    }
    setIsBusy(false);
    setFault(added.kind === 'refused' ? (added.refusal.summary ?? FAULTS.unknown) : FAULTS[added.kind]);
  }

  return <PasskeyButton label="Add a passkey" {...{ isBusy, fault, onPress }} />;
}
