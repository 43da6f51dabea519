'use client';

import { useRouter } from 'next/navigation';
import { useActionState, useEffect, useState } from 'react';
import { FaultNotice } from '@/app/_components/forms/fault-notice';
import { NO_FAULTS } from '@/app/_components/forms/faults';
import { ConfirmBlock } from '@/app/_components/passkeys/confirm-block';
import { askSession } from '@/app/_components/session/fetch-with-session';
import { tellOtherTabs } from '@/app/_components/session/session-channel';
import type { ListedPasskey } from '@/lib/server/security/passkey-list';
import { AppSection } from './app-section';
import { ChangeSentence } from './change-sentence';
import { CodesSection } from './codes-section';
import { changeFactors, type FactorState } from './factor-actions';
import { NewCodes } from './new-codes';
import { PasskeysSection } from './passkeys-section';
import { RemovalQuestion } from './removal-question';
import { TotpSetup } from './totp-setup';

type Props = {
  email: string;
  /** Since when the app is on, as ISO 8601; null where there is none. */
  appSince: string | null;
  codes: { readonly left: number; readonly createdAt: string } | null;
  passkeys: readonly ListedPasskey[];
  /** False where no browser makes passkeys. */
  hasPasskeys: boolean;
};

/**
 * The second factors of an account, or, in their place, what a change of them has to ask or to show. Works the same without
 * scripts, but for a new passkey, which a browser makes for a script alone.
 */
export function Factors({ email, appSince, codes, passkeys, hasPasskeys }: Props) {
  const [state, action, isBusy] = useActionState<FactorState, FormData>(changeFactors, {
    kind: 'factors',
    faults: NO_FAULTS,
    isNewSession: false,
  });

  useEffect(() => {
    if (!state.isNewSession) return;
    tellOtherTabs('stepped-up');
    void askSession();
  }, [state]);

  const router = useRouter();
  const [passkeyCodes, setPasskeyCodes] = useState<readonly string[] | null>(null);
  useEffect(() => {
    if (passkeyCodes === null) return;
    tellOtherTabs('stepped-up');
    void askSession();
    // What the page says above of the account is of before.
    router.refresh();
  }, [passkeyCodes, router]);
  if (passkeyCodes !== null) return <NewCodes {...{ email, codes: passkeyCodes, first: 'passkey' }} />;

  const { faults } = state;
  switch (state.kind) {
    case 'step_up':
      return (
        <ConfirmBlock {...{ action, isBusy, email, faults, question: state.question }}>
          <ChangeSentence request={state.question.request} />
        </ConfirmBlock>
      );
    case 'ask_removal':
      return <RemovalQuestion {...{ action, request: state.request }} />;
    case 'setup':
      return <TotpSetup {...{ action, isBusy, faults, email, offer: state.offer }} />;
    case 'codes':
      return <NewCodes {...{ email, codes: state.codes, first: state.isFirst ? 'app' : null }} />;
    case 'factors':
      return (
        <>
          <FaultNotice faults={faults} />
          <PasskeysSection {...{ action, passkeys, isAvailable: hasPasskeys, onCodes: setPasskeyCodes }} />
          <AppSection {...{ action, since: appSince }} />
          {codes === null && appSince === null && passkeys.length === 0 ? null : (
            <CodesSection {...{ action, codes }} />
          )}
        </>
      );
  }
}
