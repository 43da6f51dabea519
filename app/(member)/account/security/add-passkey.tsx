'use client';

import { PasskeyButton } from '@/app/_components/passkeys/passkey-button';
import { addPasskey } from '@/app/_components/passkeys/registration';
import { usePasskeyAttempt } from '@/app/_components/passkeys/use-passkey-attempt';

const PATH = '/account/security';
const FAULTS = {
  known: 'This device has a passkey of your account already.',
  dismissed: 'No passkey was made. Try again whenever you like.',
  unknown: 'The passkey was not kept. Try again.',
} as const;

type Props = {
  onCodes: (codes: readonly string[]) => void;
  /** True where the account has none yet. */
  isFirst: boolean;
};

/** Has the browser make a passkey. The first second factor of an account brings recovery codes, which are shown this once. */
export function AddPasskey({ onCodes, isFirst }: Props) {
  const attempt = usePasskeyAttempt(async () => {
    const added = await addPasskey();
    if (added.kind === 'added') {
      if (added.recoveryCodes === null) location.assign(`${PATH}?done=passkey_added`);
      else onCodes(added.recoveryCodes);
      return 'leaving';
    }
    if (added.kind !== 'refused') return { fault: FAULTS[added.kind] };
    if (added.refusal.code !== 'step_up_required') return { fault: added.refusal.summary ?? FAULTS.unknown };
    location.assign(`/step-up?next=${encodeURIComponent(PATH)}`);
    return 'leaving';
  });
  const look = isFirst ? 'button-primary' : 'button-quiet';
  return <PasskeyButton label="Add a passkey" {...attempt} className={`${look} justify-self-start`} />;
}
