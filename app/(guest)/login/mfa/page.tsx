import type { Metadata } from 'next';
import { type FormQuery, initialFaults, single } from '@/app/_components/forms/initial-faults';
import { Ticket } from '@/app/_components/frame/ticket';
import { safeNextPath, withNext } from '@/lib/core/http/safe-redirect';
import { env } from '@/lib/server/config/env';
import { pendingSignIn } from '@/lib/server/sign-in/pending-sign-in';
import { LocalMailbox } from '../../local-mailbox';
import { SecondStepForm } from './second-step-form';

export const metadata: Metadata = { title: 'Second step' };

/** What the form says about a code that cannot be one. */
const FIELD_TEXTS = { mailCode: 'Enter the six digits from the mail' };

/** What is wanted besides the password. Nobody is signed in before it is there. */
export default async function SecondStepPage({ searchParams }: { searchParams: Promise<FormQuery> }) {
  const query = await searchParams;
  const { appOrigin, embeddedDataFolder } = env();
  const next = safeNextPath(single(query['next']), appOrigin);
  const loginPath = withNext('/login', next);
  const pending = await pendingSignIn();
  if (pending.state === 'none') return <NothingToFinish loginPath={loginPath} />;
  const stub = (
    <p className="text-sm text-ink-soft">
      No mail after a few minutes? Look in your spam folder, or{' '}
      <a className="link" href={loginPath}>
        sign in again
      </a>
      .
    </p>
  );
  return (
    <>
      <Ticket stub={stub}>
        <h1 className="mb-2 text-2xl">Second step</h1>
        <p className="mb-6 text-sm text-ink-soft">
          Many wrong passwords were tried at{' '}
          {pending.state === 'open' ? (
            <bdi className="font-semibold text-ink wrap-anywhere">{pending.email}</bdi>
          ) : (
            'this account'
          )}
          . Yours was right. So that nobody gets in by guessing, enter the code of six digits that is on its way to that
          mailbox, too. It is good for ten minutes, in this browser.
        </p>
        <SecondStepForm
          next={next}
          email={pending.state === 'open' ? pending.email : null}
          initial={initialFaults(query, { mailCode: () => FIELD_TEXTS.mailCode })}
          required={FIELD_TEXTS}
        />
      </Ticket>
      {embeddedDataFolder === null ? null : <LocalMailbox />}
    </>
  );
}

function NothingToFinish({ loginPath }: { loginPath: string }) {
  return (
    <Ticket>
      <h1 className="mb-2 text-2xl">There is nothing to finish</h1>
      <p className="mb-6 text-sm text-ink-soft">
        This browser is not in the middle of signing in: it is done, or the ten minutes for the second step are over.
      </p>
      <a className="button button-primary" href={loginPath}>
        Sign in
      </a>
    </Ticket>
  );
}
