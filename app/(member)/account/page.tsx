import type { Metadata } from 'next';
import { ROLE_NAMES } from '@/app/_components/frame/role-names';
import { requireUser } from '@/lib/server/sessions/current-user';
import { findDraft } from '@/lib/server/sessions/drafts';
import { NameForm } from './name-form';

export const metadata: Metadata = { title: 'Account' };

/** What the account says about its owner. */
export default async function AccountPage() {
  const { user } = await requireUser('/account');
  const draft = await findDraft('/account');
  return (
    <section aria-labelledby="profile" className="max-w-xl">
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
      <NameForm owner={user.id} name={draft?.['name'] ?? user.name ?? ''} isUnsaved={draft !== null} />
    </section>
  );
}
