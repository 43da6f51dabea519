import type { Metadata } from 'next';
import { type FormQuery, initialFaults, single } from '@/app/_components/forms/initial-faults';
import { PlainSignOut } from '@/app/_components/session/plain-sign-out';
import { safeNextPath, withNext } from '@/lib/core/http/safe-redirect';
import { env } from '@/lib/server/config/env';
import { requireUser } from '@/lib/server/sessions/current-user';
import { findPasswordSince } from '@/lib/server/users/user-store';
import { StepUpForm } from './step-up-form';

export const metadata: Metadata = { title: 'Confirm it is you' };

/** What the form says about a field that is missing. */
const FIELD_TEXTS = { password: 'Enter your password' };

/** Asks somebody who is signed in to prove once more who they are, before the page that wants it. */
export default async function StepUpPage({ searchParams }: { searchParams: Promise<FormQuery> }) {
  const query = await searchParams;
  const next = safeNextPath(single(query['next']), env().appOrigin);
  const { user } = await requireUser(withNext('/step-up', next));
  const hasPassword = (await findPasswordSince(user.id)) !== null;
  return (
    <section aria-labelledby="confirm" className="max-w-md">
      <h1 className="text-2xl">Before you go on</h1>
      <h2 id="confirm" className="mt-6 text-xl">
        Confirm it is you
      </h2>
      {hasPassword ? (
        <>
          <p className="mt-2 mb-6 text-ink-soft">
            The next page changes your account, so enter your password once more. That lasts for ten minutes.
          </p>
          <StepUpForm
            next={next}
            email={user.email}
            initial={initialFaults(query, { password: () => FIELD_TEXTS.password })}
            required={FIELD_TEXTS}
          />
        </>
      ) : (
        <>
          <p className="mt-2 mb-6 text-ink-soft">
            Your account has no password, so nothing here can prove who you are. Sign out, choose one with “Forgot
            password?”, and sign in again.
          </p>
          <PlainSignOut />
        </>
      )}
    </section>
  );
}
