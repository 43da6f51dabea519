import type { Metadata } from 'next';
import { type FormQuery, single } from '@/app/_components/forms/initial-faults';
import { LocalTime } from '@/app/_components/frame/local-time';
import { env } from '@/lib/server/config/env';
import { requireUser } from '@/lib/server/sessions/current-user';
import { findPasswordSince } from '@/lib/server/users/user-store';
import { DoneNotice } from '../done-notice';
import { PasswordForm } from './password-form';

export const metadata: Metadata = { title: 'Security' };

/** What protects the account. */
export default async function SecurityPage({ searchParams }: { searchParams: Promise<FormQuery> }) {
  const { user } = await requireUser('/account/security');
  const since = await findPasswordSince(user.id);
  const outcome = single((await searchParams)['done']);
  return (
    <section aria-labelledby="password-heading" className="max-w-xl">
      <DoneNotice key={outcome} outcome={outcome} />
      <h2 id="password-heading" className="text-xl">
        Password
      </h2>
      <p className="mt-1 mb-6 text-ink-soft">
        {since === null ? (
          'You have none.'
        ) : (
          <>
            Last changed <LocalTime at={since.toISOString()} />
          </>
        )}
      </p>
      <PasswordForm email={user.email} hasPassword={since !== null} minLength={env().passwordMinLength} />
    </section>
  );
}
