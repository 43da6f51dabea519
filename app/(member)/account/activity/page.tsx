import Link from 'next/link';
import { type FormQuery, single } from '@/app/_components/forms/initial-faults';
import { PageTitle } from '@/app/_components/frame/page-title';
import { activityOf } from '@/lib/server/audit/activity';
import { readEventId } from '@/lib/server/audit/event-view';
import { requireUser } from '@/lib/server/sessions/current-user';
import { ActivityList } from './activity-list';
import { SecureForm } from './secure-form';

const PAGE_EVENTS = 25;

/** What happened to the account, and what to do about what was somebody else. */
export default async function ActivityPage({ searchParams }: { searchParams: Promise<FormQuery> }) {
  const { user } = await requireUser('/account/activity');
  const cursor = single((await searchParams)['cursor']);
  const before = cursor === undefined ? null : readEventId(cursor);
  const { events, next } = await activityOf(user.id, { before, limit: PAGE_EVENTS });
  return (
    <div className="grid max-w-3xl gap-12">
      <PageTitle>Activity</PageTitle>
      <section aria-labelledby="activity-heading">
        <h2 id="activity-heading" className="text-xl">
          What happened to your account
        </h2>
        <p className="mt-1 mb-5 text-ink-soft">
          The newest first, of the last 180 days. Device and network are as they named themselves.
        </p>
        {events.length === 0 ? (
          <p className="text-ink-soft">There is nothing {before === null ? 'yet' : 'older'}.</p>
        ) : (
          <ActivityList events={events} now={Date.now()} />
        )}
        <p className="mt-5 flex flex-wrap gap-x-6 empty:hidden">
          {before === null ? null : (
            <Link className="link inline-flex min-h-11 items-center" href="/account/activity">
              Newest
            </Link>
          )}
          {next === null ? null : (
            <Link className="link inline-flex min-h-11 items-center" href={`/account/activity?cursor=${next}`}>
              Older
            </Link>
          )}
        </p>
      </section>
      <section aria-labelledby="not-you">
        <h2 id="not-you" className="text-xl">
          Was any of this not you?
        </h2>
        <p className="mt-1 mb-5 text-ink-soft">
          Then somebody else can get in. This signs out every other browser and program, within five seconds, and leads
          you to a new password. If your password was changed and you cannot get in any more, use the link in the mail
          about that.
        </p>
        <SecureForm email={user.email} />
      </section>
    </div>
  );
}
