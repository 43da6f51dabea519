'use client';

import { startTransition, useState } from 'react';
import { askForPasskey } from './assertion';
import { PasskeyButton } from './passkey-button';

type Props = {
  action: (form: FormData) => void;
  /** The change that waits, sealed. */
  carried: string;
  isBusy: boolean;
};

/** Confirms a change that its page carries, with a passkey in place of what the form beside it asks for. */
export function PasskeyConfirm({ action, carried, isBusy }: Props) {
  const [fault, setFault] = useState<string | null>(null);
  const [isAsking, setIsAsking] = useState(false);

  async function onPress() {
    if (isAsking || isBusy) return;
    setIsAsking(true);
    setFault(null);
    const asked = await askForPasskey('/api/auth/step-up/options', {});
    setIsAsking(false);
    if (asked.kind === 'answered') {
      const form = new FormData();
      form.set('carried', carried);
      form.set('passkeyCeremony', asked.ceremony);
      form.set('passkeyAssertion', JSON.stringify(asked.assertion));
      return startTransition(() => action(form));
    }
    const none = 'No passkey was used. Try again, or use another way.';
    setFault(asked.kind === 'refused' ? (asked.refusal.summary ?? none) : none);
  }

  return <PasskeyButton label="Use a passkey" isBusy={isAsking || isBusy} {...{ fault, onPress }} />;
}
