import { type FormQuery, initialFaults, single } from '@/app/_components/forms/initial-faults';
import { PageTitle } from '@/app/_components/frame/page-title';
import { Ticket } from '@/app/_components/frame/ticket';
import { safeNextPath, withNext } from '@/lib/core/http/safe-redirect';
import { env } from '@/lib/server/config/env';
import { sessionIfKnown } from '@/lib/server/sessions/session-if-known';
import { pendingSignUp } from '@/lib/server/sign-up/pending-sign-up';
import { LocalMailbox } from '../local-mailbox';
import { NothingPending } from './nothing-pending';
import { ResendForm } from './resend-form';
import { VerifyForm } from './verify-form';

/** What the form says about a code that cannot be one. */
const FIELD_TEXTS = { code: 'Enter the six digits from the mail' };

/**
 * The second half of a sign-up. Says the same for every address: a mail went out, and what is in it only its reader knows.
 * Without a sign-up under way, as after Back, there is nothing to enter.
 */
export default async function VerifyEmailPage({ searchParams }: { searchParams: Promise<FormQuery> }) {
  const query = await searchParams;
  const { appOrigin, embeddedDataFolder } = env();
  const next = safeNextPath(single(query['next']), appOrigin);
  const pending = await pendingSignUp();
  if (pending.state === 'none') return <NothingPending next={next} isSignedIn={(await sessionIfKnown()) !== null} />;

  const changePath = withNext('/register?change=1', next);
  const stub = (
    <div className="text-sm text-ink-soft">
      <p className="mb-4">
        No mail after a few minutes? Look in your spam folder, or have it sent again. If this address already has an
        account, the mail says so and holds no code.
      </p>
      <ResendForm next={next} isSent={query['sent'] !== undefined} />
    </div>
  );
  return (
    <>
      <PageTitle>Enter your code</PageTitle>
      <Ticket stub={stub}>
        <h1 className="mb-2 text-2xl">Enter your code</h1>
        <p className="text-sm text-ink-soft">
          A code of six digits is on its way to{' '}
          {pending.state === 'open' ? (
            <bdi className="font-semibold text-ink wrap-anywhere">{pending.email}</bdi>
          ) : (
            'your mailbox'
          )}
          . It is good for ten minutes, in this browser.
        </p>
        <p className="mb-6 text-sm text-ink-soft">
          Not your address?{' '}
          <a className="link inline-flex min-h-6 items-center" href={changePath}>
            Change it
          </a>
        </p>
        <VerifyForm
          next={next}
          initial={initialFaults(query, { code: () => FIELD_TEXTS.code })}
          required={FIELD_TEXTS}
        />
      </Ticket>
      {embeddedDataFolder === null ? null : <LocalMailbox />}
    </>
  );
}
