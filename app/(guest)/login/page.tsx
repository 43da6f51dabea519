import { type FormQuery, initialFaults, single } from '@/app/_components/forms/initial-faults';
import { AlreadySignedIn } from '@/app/_components/frame/already-signed-in';
import { PageTitle } from '@/app/_components/frame/page-title';
import { Ticket } from '@/app/_components/frame/ticket';
import { safeNextPath, withNext } from '@/lib/core/http/safe-redirect';
import { env } from '@/lib/server/config/env';
import { arePasskeysAvailable } from '@/lib/server/config/passkeys';
import { keptFields } from '@/lib/server/routes/kept-fields';
import { sessionOfPerson } from '@/lib/server/sessions/signed-in-person';
import { newFormAttempt } from '@/lib/server/sign-in/form-attempt';
import { DemoAccounts } from './demo-accounts';
import { EndedNotice } from './ended-notice';
import { LoginForm } from './login-form';
import { SignOutFailed } from './sign-out-failed';

/** What the form says about a field that is missing. */
const FIELD_TEXTS = { email: 'Enter the email address of your account', password: 'Enter your password' };

const SIGNED_OUT = 'You are signed out on this browser.';
/** What happened before, by the name in the query that says so. */
const DONE = {
  reset: 'Your new password is set, and every device was signed out. Sign in again.',
  undone:
    'Taken back: the password is deleted, and every device was signed out. A link to choose a new one is on its way.',
  stopped: 'Stopped: your second factors stay as they are. Nothing else was changed.',
  kept: 'Your account stays. If it was not you who wanted it deleted, choose a new password by “Forgot password?” first.',
  leaving: 'Your account will be deleted in seven days. The link in the mail that we sent you keeps it.',
} as const;
const ENDED = 'Your session has ended. Sign in again and you are back where you were.';

/** Never redirects by itself: a loop between two pages that disagree would lock people out (DECISIONS 6). */
export default async function LoginPage({ searchParams }: { searchParams: Promise<FormQuery> }) {
  const query = await searchParams;
  const { appOrigin, embeddedDataFolder } = env();
  const next = safeNextPath(single(query['next']), appOrigin);
  const ended = single(query['ended']);
  const person = await sessionOfPerson();
  const typed = await keptFields(query);
  const faults = initialFaults(query, { email: () => FIELD_TEXTS.email, password: () => FIELD_TEXTS.password });

  const stub = (
    <div className="flex flex-wrap justify-between gap-x-6 gap-y-2 text-sm text-ink-soft">
      <p>
        New here?{' '}
        <a className="link" href={withNext('/register', next)}>
          Create an account
        </a>
      </p>
      <a className="link" href="/forgot-password">
        Forgot password?
      </a>
    </div>
  );

  return (
    <>
      <PageTitle>Sign in</PageTitle>
      {ended === 'unknown' ? <SignOutFailed /> : null}
      {person === null || ended === 'unknown' ? null : (
        <AlreadySignedIn email={person.user?.email ?? null}>
          Signing in below ends that session and begins a new one.
        </AlreadySignedIn>
      )}
      <Ticket stub={stub}>
        <h1 className="mb-6 text-2xl">Sign in</h1>
        {Object.entries(DONE).map(([name, text]) =>
          query[name] === undefined || faults.attempt > 0 ? null : <EndedNotice key={name} text={text} />,
        )}
        {ended === undefined || ended === 'unknown' || person !== null || faults.attempt > 0 ? null : (
          <EndedNotice text={ended === 'signed_out' ? SIGNED_OUT : ENDED} />
        )}
        <LoginForm
          next={next}
          initial={faults}
          required={FIELD_TEXTS}
          typedEmail={typed.email}
          attempt={await newFormAttempt(Date.now() / 1_000)}
          hasPasskeys={arePasskeysAvailable()}
        />
      </Ticket>
      {embeddedDataFolder === null ? null : <DemoAccounts />}
    </>
  );
}
