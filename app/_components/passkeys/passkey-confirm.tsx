'use client';

import { startTransition } from 'react';
import { askForPasskey } from './assertion';
import { PasskeyButton } from './passkey-button';
import { NONE_USED, usePasskeyAttempt } from './use-passkey-attempt';

type Props = {
  action: (form: FormData) => void;
  /** The change that waits, sealed. */
  carried: string;
  isBusy: boolean;
};

/** Confirms a change that its page carries, with a passkey in place of what the form beside it asks for. */
export function PasskeyConfirm({ action, carried, isBusy }: Props) {
  const attempt = usePasskeyAttempt(async () => {
    if (isBusy) return 'done';
    const asked = await askForPasskey('/api/auth/step-up/options', {});
    if (asked.kind === 'refused') return { fault: asked.refusal.summary ?? NONE_USED };
    if (asked.kind === 'dismissed') return { fault: NONE_USED };
    const form = new FormData();
    form.set('carried', carried);
    form.set('passkeyCeremony', asked.ceremony);
    form.set('passkeyAssertion', JSON.stringify(asked.assertion));
    startTransition(() => action(form));
    return 'done';
  });
  return <PasskeyButton label="Use a passkey" {...attempt} isBusy={attempt.isBusy || isBusy} />;
}
