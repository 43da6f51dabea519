import { type FormQuery, initialFaults, single } from '@/app/_components/forms/initial-faults';
import { AlreadySignedIn } from '@/app/_components/frame/already-signed-in';
import { PageTitle } from '@/app/_components/frame/page-title';
import { Ticket } from '@/app/_components/frame/ticket';
import { safeNextPath, withNext } from '@/lib/core/http/safe-redirect';
import { env } from '@/lib/server/config/env';
import { type KeptFields, keptFields } from '@/lib/server/routes/kept-fields';
import { newPasswordTexts } from '@/lib/server/routes/request-schemas';
import { sessionOfPerson } from '@/lib/server/sessions/signed-in-person';
import { pendingSignUp } from '@/lib/server/sign-up/pending-sign-up';
import { RegisterForm } from './register-form';

/** The first half of a sign-up: the second is the code that goes by mail. */
export default async function RegisterPage({ searchParams }: { searchParams: Promise<FormQuery> }) {
  const query = await searchParams;
  const { appOrigin, passwordMinLength } = env();
  const next = safeNextPath(single(query['next']), appOrigin);
  const fieldTexts = {
    name: () => 'Use letters and spaces, 80 characters at most',
    email: () => 'Enter an address such as name@example.com',
    password: newPasswordTexts(passwordMinLength),
  };
  const stub = (
    <p className="text-sm text-ink-soft">
      Have an account?{' '}
      <a className="link" href={withNext('/login', next)}>
        Sign in
      </a>
    </p>
  );
  const person = await sessionOfPerson();
  return (
    <>
      <PageTitle>Create account</PageTitle>
      {person === null ? null : (
        <AlreadySignedIn email={person.user?.email ?? null}>
          With a new account that session ends, and one of the new account begins.
        </AlreadySignedIn>
      )}
      <Ticket stub={stub}>
        <h1 className="mb-2 text-2xl">Create account</h1>
        <p className="mb-6 text-sm text-ink-soft">
          We send a code to your email address, to make sure that it is yours.
        </p>
        <RegisterForm
          next={next}
          initial={initialFaults(query, fieldTexts)}
          passwordMinLength={passwordMinLength}
          typed={await typedBefore(query)}
        />
      </Ticket>
    </>
  );
}

/** What the form said before: after a refusal without scripts, or when an address is corrected (`change`). */
async function typedBefore(query: FormQuery): Promise<KeptFields> {
  if (query['change'] === undefined) return keptFields(query);
  const pending = await pendingSignUp();
  return pending.state === 'open' ? { email: pending.email, name: pending.name ?? '' } : {};
}
