import { headers } from 'next/headers';
import { type FormQuery, single } from '@/app/_components/forms/initial-faults';
import { PageTitle } from '@/app/_components/frame/page-title';
import { ROLE_NAMES } from '@/app/_components/frame/role-names';
import { openEmailChange } from '@/lib/server/account/pending-email';
import { ourCookie } from '@/lib/server/http/cookies';
import { requireUser } from '@/lib/server/sessions/current-user';
import { findDraft } from '@/lib/server/sessions/drafts';
import { DoneNotice } from './done-notice';
import { EmailForm } from './email-form';
import { NameForm } from './name-form';

/** What the account says about its owner, and the address by which they sign in. */
export default async function AccountPage({ searchParams }: { searchParams: Promise<FormQuery> }) {
  const { user, session } = await requireUser('/account');
  const draft = await findDraft('/account');
  const pending = await openEmailChange(await ourCookie(await headers(), 'pending'), session);
  const outcome = single((await searchParams)['done']);
  return (
    <div className="grid max-w-xl gap-12">
      <PageTitle>Account</PageTitle>
      <section aria-labelledby="profile">
        <h2 id="profile" className="text-xl">
          Profile
        </h2>
        <dl className="mt-4 mb-8 divide-y divide-hairline border-y border-hairline">
          <div className="grid gap-x-6 py-3 sm:grid-cols-[8rem_minmax(0,1fr)]">
            <dt className="text-sm leading-[1.65rem] text-ink-soft">Signed in as</dt>
            <dd className="wrap-anywhere">
              <bdi>{user.email}</bdi>
            </dd>
          </div>
          <div className="grid gap-x-6 py-3 sm:grid-cols-[8rem_minmax(0,1fr)]">
            <dt className="text-sm leading-[1.65rem] text-ink-soft">Role</dt>
            <dd>{ROLE_NAMES[user.role]}</dd>
          </div>
        </dl>
        <NameForm owner={user.id} name={draft?.['name'] ?? user.name ?? ''} isUnsaved={draft?.['name'] !== undefined} />
      </section>
      <section aria-labelledby="email-heading">
        <h2 id="email-heading" className="mb-4 text-xl">
          Email
        </h2>
        <DoneNotice key={outcome} outcome={outcome} />
        <EmailForm
          email={user.email}
          typed={draft?.['email'] ?? ''}
          pending={pending && { id: pending.jti, email: pending.change.email }}
        />
      </section>
    </div>
  );
}
