import type { ReactNode } from 'react';
import type { AskedProof } from '@/app/_components/forms/asked-proof';

type Props = { asked: AskedProof | null; hasPasskey: boolean; isMailDue: boolean; email: string };

/** Says why the password is not enough, and where to find what is. */
export function WhatIsWanted({ asked, hasPasskey, isMailDue, email }: Props) {
  const account = <bdi className="font-semibold text-ink wrap-anywhere">{email}</bdi>;
  return (
    <div className="mb-6 grid gap-2 text-sm text-ink-soft">
      {asked === null && !hasPasskey ? null : <p>{factorSentence(asked, hasPasskey, account)}</p>}
      {isMailDue && asked !== null ? (
        <p>
          Many wrong passwords or codes were tried at this account. So that nobody gets in by guessing, enter the code
          of six digits that is on its way to its mailbox, too. It is good for ten minutes, in this browser.
          {hasPasskey ? ' A passkey needs no such code.' : null}
        </p>
      ) : null}
      {isMailDue && asked === null ? (
        <p>
          Many wrong passwords were tried at {account}. Yours was right. So that nobody gets in by guessing, enter the
          code of six digits that is on its way to that mailbox, too. It is good for ten minutes, in this browser.
        </p>
      ) : null}
    </div>
  );
}

function factorSentence(asked: AskedProof | null, hasPasskey: boolean, account: ReactNode): ReactNode {
  const now = hasPasskey ? 'Now use your passkey' : 'Now';
  if (asked === null)
    return (
      <>
        Your password was right. {now} of {account}.
      </>
    );
  const or = hasPasskey ? `${now}, or` : now;
  if (asked === 'recovery') {
    return (
      <>
        Your password was right. {or} enter one of the recovery codes of {account}.
      </>
    );
  }
  return (
    <>
      Your password was right. {or} enter the code that your authenticator app shows for {account}.
    </>
  );
}
