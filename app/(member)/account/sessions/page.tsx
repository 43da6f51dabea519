import { single } from '@/app/_components/forms/initial-faults';
import { PageTitle } from '@/app/_components/frame/page-title';
import { requireUser } from '@/lib/server/sessions/current-user';
import { listSessions } from '@/lib/server/sessions/list';
import { endAll, endOthers } from './actions';
import { ConfirmedForm } from './confirmed-form';
import { OutcomeNotice } from './outcome-notice';
import { SessionItem } from './session-item';

type Query = { readonly [name: string]: string | string[] | undefined };

/** Every live session of the account, and a way to end any of them. */
export default async function SessionsPage({ searchParams }: { searchParams: Promise<Query> }) {
  const { user, session } = await requireUser('/account/sessions');
  const sessions = await listSessions(user.id, session.sid);
  const others = sessions.filter(({ current }) => !current).length;
  const now = Date.now();
  return (
    <section aria-labelledby="sessions" className="max-w-3xl">
      <PageTitle>Sessions</PageTitle>
      <h2 id="sessions" className="text-xl">
        Where you are signed in
      </h2>
      <p className="mt-1 mb-5 text-ink-soft">
        If you do not know one of them, end it: it is signed out everywhere within five seconds. “Last used” may be up
        to five minutes old.
      </p>
      <OutcomeNotice key={sessions.length} outcome={single((await searchParams)['done'])} />
      <ul className="sheet divide-y divide-hairline">
        {sessions.map((summary) => (
          <SessionItem key={summary.id} session={summary} now={now} />
        ))}
      </ul>
      {others === 0 ? (
        <p className="mt-5 text-sm text-ink-soft">You are signed in nowhere else.</p>
      ) : (
        <div className="mt-6 flex flex-wrap gap-4">
          <ConfirmedForm
            action={endOthers}
            label="End all other sessions"
            busyLabel="Ending the other sessions"
            title={others === 1 ? 'End the other session?' : `End ${others} other sessions?`}
            text="Whoever uses them has to sign in again. You stay signed in here."
          />
          <ConfirmedForm
            action={endAll}
            label="Sign out everywhere"
            busyLabel="Signing out everywhere"
            title={`End all ${sessions.length} sessions?`}
            text="Whoever uses them has to sign in again, and so have you, here."
          />
        </div>
      )}
    </section>
  );
}
