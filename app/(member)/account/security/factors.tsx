'use client';

import { useActionState, useEffect } from 'react';
import { ConfirmBlock } from '@/app/_components/forms/confirm-block';
import { NO_FAULTS } from '@/app/_components/forms/faults';
import { Notice } from '@/app/_components/frame/notice';
import { askSession } from '@/app/_components/session/fetch-with-session';
import { tellOtherTabs } from '@/app/_components/session/session-channel';
import { AppSection } from './app-section';
import { ChangeSentence } from './change-sentence';
import { CodesSection } from './codes-section';
import { changeFactors, type FactorState } from './factor-actions';
import { NewCodes } from './new-codes';
import { RemovalQuestion } from './removal-question';
import { TotpSetup } from './totp-setup';

type Props = {
  email: string;
  /** Since when the app is on, as ISO 8601; null where there is none. */
  appSince: string | null;
  codes: { readonly left: number; readonly createdAt: string } | null;
};

/**
 * The second factors of an account, or, in their place, what a change of them has to ask or to show. Works the same without
 * scripts. Passkeys will stand between the app and the codes.
 */
export function Factors({ email, appSince, codes }: Props) {
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

  const { faults } = state;
  switch (state.kind) {
    case 'step_up':
      return (
        <ConfirmBlock {...{ action, isBusy, email, faults, ...state.question }}>
          <ChangeSentence request={state.question.request} />
        </ConfirmBlock>
      );
    case 'ask_removal':
      return <RemovalQuestion {...{ action, isLast: state.isLast }} />;
    case 'setup':
      return <TotpSetup {...{ action, isBusy, faults, email, offer: state.offer }} />;
    case 'codes':
      return <NewCodes {...{ email, codes: state.codes, isFirst: state.isFirst }} />;
    case 'factors':
      return (
        <>
          <div role="alert" className="empty:hidden">
            {faults.summary === null ? null : (
              <Notice tone="fault" key={faults.attempt}>
                {faults.summary}
              </Notice>
            )}
          </div>
          <AppSection {...{ action, since: appSince }} />
          {codes === null && appSince === null ? null : <CodesSection {...{ action, codes }} />}
        </>
      );
  }
}
