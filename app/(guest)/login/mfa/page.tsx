import type { ReactNode } from 'react';
import { EMPTY_PROOF_TEXTS, proofChoice } from '@/app/_components/forms/asked-proof';
import { type FormQuery, initialFaults, single } from '@/app/_components/forms/initial-faults';
import { PageTitle } from '@/app/_components/frame/page-title';
import { Ticket } from '@/app/_components/frame/ticket';
import { PasskeyProof } from '@/app/_components/passkeys/passkey-proof';
import { safeNextPath, withNext } from '@/lib/core/http/safe-redirect';
import { env } from '@/lib/server/config/env';
import { pendingSignIn } from '@/lib/server/sign-in/pending-sign-in';
import { LocalMailbox } from '../../local-mailbox';
import { SecondStepForm } from './second-step-form';
import { WhatIsWanted } from './what-is-wanted';

/** What the form says about a code that cannot be the mailed one. */
const MAIL_TEXT = 'Enter the six digits from the mail';

/** What is wanted besides the password. Nobody is signed in before it is there. */
export default async function SecondStepPage({ searchParams }: { searchParams: Promise<FormQuery> }) {
  const query = await searchParams;
  const { appOrigin, embeddedDataFolder } = env();
  const next = safeNextPath(single(query['next']), appOrigin);
  const loginPath = withNext('/login', next);
  const pending = await pendingSignIn();
  if (pending.state === 'none') {
    return (
      <Instead title="There is nothing to finish" href={loginPath} label="Sign in">
        This browser is not in the middle of signing in: it is done, or the ten minutes for the second step are over.
      </Instead>
    );
  }
  if (pending.state !== 'open') {
    return (
      <Instead title="Second step" href={withNext('/login/mfa', next)} label="Try again">
        The server cannot tell right now what is wanted for your sign-in. Nothing is lost: try again in a moment.
      </Instead>
    );
  }
  const { email, methods } = pending;
  const { asked, other, hasPasskey } = proofChoice(methods, single(query['with']) === 'recovery');
  // A passkey cannot be guessed, so nothing is mailed for it; beside one alone there is nothing to type.
  const isTyped = asked !== null || !hasPasskey;
  const isMailDue = methods.includes('mail') && isTyped;
  const texts = {
    ...(asked === null ? {} : { code: () => EMPTY_PROOF_TEXTS[asked] }),
    ...(isMailDue ? { mailCode: () => MAIL_TEXT } : {}),
  };
  const stub = (
    <div className="grid gap-2 text-sm text-ink-soft">
      {other === null ? null : (
        <p>
          <a className="link" href={withNext(other === 'recovery' ? '/login/mfa?with=recovery' : '/login/mfa', next)}>
            {other === 'recovery' ? 'Use a recovery code' : 'Use your authenticator app'}
          </a>
        </p>
      )}
      <p>
        {isMailDue ? 'No mail after a few minutes? Look in your spam folder, or ' : 'Another account? '}
        <a className="link" href={loginPath}>
          {isMailDue ? 'sign in again' : 'Sign in again'}
        </a>
        .
      </p>
    </div>
  );
  return (
    <>
      <PageTitle>Second step</PageTitle>
      <Ticket stub={stub}>
        <h1 className="mb-2 text-2xl">Second step</h1>
        <WhatIsWanted {...{ asked, isMailDue, email, hasPasskey }} />
        {hasPasskey ? (
          <div className={isTyped ? 'mb-6' : ''}>
            <PasskeyProof
              isOnly={!isTyped}
              way={{
                options: { endpoint: '/api/auth/passkey/options', body: { for: 'second_factor' } },
                endpoint: '/api/auth/login/mfa',
                next,
                tells: 'signed-in',
              }}
            />
          </div>
        ) : null}
        {asked === null && !isMailDue ? null : (
          <SecondStepForm
            key={asked}
            {...{ next, email, asked, isMailDue, initial: initialFaults(query, texts), mailText: MAIL_TEXT }}
          />
        )}
      </Ticket>
      {embeddedDataFolder === null || !isMailDue ? null : <LocalMailbox />}
    </>
  );
}

type InsteadProps = { title: string; href: string; label: string; children: ReactNode };

function Instead({ title, href, label, children }: InsteadProps) {
  return (
    <Ticket>
      <PageTitle>Second step</PageTitle>
      <h1 className="mb-2 text-2xl">{title}</h1>
      <p className="mb-6 text-sm text-ink-soft">{children}</p>
      <a className="button button-primary" href={href}>
        {label}
      </a>
    </Ticket>
  );
}
