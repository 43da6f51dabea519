'use client';

import { PasskeyButton } from './passkey-button';
import { type PasskeyWay, proveByPasskey } from './prove-by-passkey';
import { NONE_USED, usePasskeyAttempt } from './use-passkey-attempt';

/** Proves who one is with a passkey, where a form asks for another proof. */
export function PasskeyProof({ way, label = 'Use a passkey' }: { way: PasskeyWay; label?: string }) {
  const attempt = usePasskeyAttempt(async () => {
    const refused = await proveByPasskey(way);
    if (refused === null) return 'leaving';
    return { fault: refused === 'dismissed' ? NONE_USED : refused.sentence };
  });
  return <PasskeyButton label={label} {...attempt} />;
}
