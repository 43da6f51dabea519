'use client';

import { PasskeyButton } from './passkey-button';
import { type PasskeyWay, proveByPasskey } from './prove-by-passkey';
import { NONE_USED, usePasskeyAttempt } from './use-passkey-attempt';

/** Proves who one is with a passkey. `isOnly`: no form beside it asks for another proof. */
export function PasskeyProof({ way, isOnly }: { way: PasskeyWay; isOnly: boolean }) {
  const attempt = usePasskeyAttempt(async () => {
    const refused = await proveByPasskey(way);
    if (refused === null) return 'leaving';
    return { fault: refused === 'dismissed' ? NONE_USED : refused.sentence };
  });
  const look = isOnly ? 'button-primary' : 'button-quiet';
  return <PasskeyButton label="Use a passkey" {...attempt} className={`${look} w-full`} />;
}
