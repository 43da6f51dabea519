import { type FormQuery, initialFaults } from '@/app/_components/forms/initial-faults';
import { PageTitle } from '@/app/_components/frame/page-title';
import { Ticket } from '@/app/_components/frame/ticket';
import { env } from '@/lib/server/config/env';
import { keptFields } from '@/lib/server/routes/kept-fields';
import { LocalMailbox } from '../local-mailbox';
import { ForgotForm } from './forgot-form';

/** What the form says about an address that cannot be one. */
const FIELD_TEXTS = { email: 'Enter the email address of your account' };

/** The way back in. Says the same for every address: what was sent, only the reader of that mailbox knows. */
export default async function ForgotPasswordPage({ searchParams }: { searchParams: Promise<FormQuery> }) {
  const query = await searchParams;
  const { embeddedDataFolder } = env();
  const isSent = query['sent'] !== undefined;
  const stub = (
    <p className="text-sm text-ink-soft">
      Know it after all?{' '}
      <a className="link" href="/login">
        Sign in
      </a>
    </p>
  );
  return (
    <>
      <PageTitle>Forgot your password</PageTitle>
      <Ticket stub={stub}>
        {isSent ? (
          <LinkIsOnItsWay />
        ) : (
          <>
            <h1 className="mb-2 text-2xl">Forgot your password?</h1>
            <p className="mb-6 text-sm text-ink-soft">
              We mail you a link to choose a new one. Your password stays as it is until you have.
            </p>
            <ForgotForm
              initial={initialFaults(query, { email: () => FIELD_TEXTS.email })}
              required={FIELD_TEXTS}
              typedEmail={(await keptFields(query)).email}
            />
          </>
        )}
      </Ticket>
      {embeddedDataFolder === null || !isSent ? null : <LocalMailbox />}
    </>
  );
}

function LinkIsOnItsWay() {
  return (
    <>
      <h1 className="mb-2 text-2xl">Look in your mailbox</h1>
      <p role="status" className="mb-4 text-sm text-ink-soft">
        If there is an account with that address, a link to choose a new password is on its way. It works once, for half
        an hour, in any browser.
      </p>
      <p className="text-sm text-ink-soft">
        No mail after a few minutes? Look in your spam folder, check the address, and{' '}
        <a className="link" href="/forgot-password">
          ask once more
        </a>
        : at most five an hour go to one address.
      </p>
    </>
  );
}
