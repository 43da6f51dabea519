import { type FormQuery, initialFaults } from '@/app/_components/forms/initial-faults';
import { Notice } from '@/app/_components/frame/notice';
import { PageTitle } from '@/app/_components/frame/page-title';
import { requireUser } from '@/lib/server/sessions/current-user';
import { DeleteForm } from './delete-form';

/** What is kept of the person, to take along, and the way out. */
export default async function DataPage({ searchParams }: { searchParams: Promise<FormQuery> }) {
  const { user } = await requireUser('/account/data');
  const { summary } = initialFaults(await searchParams, {});
  return (
    <div className="grid max-w-xl gap-12">
      <PageTitle>Data</PageTitle>
      <section aria-labelledby="export">
        <h2 id="export" className="text-xl">
          Your data
        </h2>
        <p className="mt-1 mb-5 text-ink-soft">
          A file with all that is kept of you: your account, where you were signed in, and what happened. It holds no
          password and nothing else that signs in. Up to three times a day.
        </p>
        <div role="alert" className="empty:hidden">
          {summary === null ? null : (
            <Notice tone="fault" className="mb-5">
              {summary}
            </Notice>
          )}
        </div>
        <form action="/api/account/export" method="post">
          <button type="submit" className="button button-primary">
            Export my data
          </button>
        </form>
      </section>
      <section aria-labelledby="leave">
        <h2 id="leave" className="text-xl">
          Leaving
        </h2>
        <p className="mt-1 mb-5 text-ink-soft">
          Your account is deleted seven days after you ask for it. Until then you can change your mind.
        </p>
        <DeleteForm email={user.email} />
      </section>
    </div>
  );
}
