'use client';

import { AccountName } from '@/app/_components/forms/account-name';
import { ActionForm } from '@/app/_components/forms/action-form';
import type { Faults } from '@/app/_components/forms/faults';
import { ProofField } from '@/app/_components/forms/proof-field';
import type { OfferedTotp } from '@/lib/server/security/add-totp';
import { FocusedHeading } from './focused-heading';

type Props = {
  action: (form: FormData) => void;
  isBusy: boolean;
  faults: Faults;
  email: string;
  offer: OfferedTotp;
};

/** What is given to an app, and the field for its first code, which shows that the app has it. */
export function TotpSetup({ action, isBusy, faults, email, offer }: Props) {
  return (
    <section aria-labelledby="setup" className="sheet p-5 sm:p-6">
      <FocusedHeading id="setup">Set up your authenticator app</FocusedHeading>
      <ol className="mt-3 mb-6 grid list-decimal gap-4 ps-5 text-ink-soft marker:font-semibold marker:text-ink">
        <li>
          <p>Scan this with your authenticator app.</p>
          <QrCode {...offer.qr} />
        </li>
        <li>
          <p>
            Or type this key into it, or{' '}
            <a className="link" href={offer.uri}>
              open it in an app on this device
            </a>
            .
          </p>
          <p className="mt-2 font-mono text-base font-semibold text-ink">
            {(offer.key.match(/.{1,4}/g) ?? []).join(' ')}
          </p>
        </li>
        <li>
          <p>Enter the six digits that the app shows now. The key is good for ten minutes, and is not shown again.</p>
        </li>
      </ol>
      <ActionForm
        {...{ action, isBusy, faults, submitLabel: 'Turn on', busyLabel: 'Checking the code' }}
        beside={
          <button type="submit" name="cancel" value="1" formNoValidate className="button button-quiet">
            Cancel
          </button>
        }
      >
        <input type="hidden" name="ceremony" value={offer.ceremony} />
        <AccountName email={email} />
        <ProofField asked="totp" />
      </ActionForm>
    </section>
  );
}

/** Dark on light in every scheme: many apps read no other kind. */
function QrCode({ size, path }: OfferedTotp['qr']) {
  return (
    <svg
      role="img"
      aria-label="QR code for your authenticator app"
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
      className="mt-3 w-full max-w-56 rounded-md bg-[#ffffff] fill-[#000000] forced-color-adjust-none"
    >
      <path d={path} />
    </svg>
  );
}
