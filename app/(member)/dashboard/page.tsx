import Link from 'next/link';
import { PageTitle } from '@/app/_components/frame/page-title';
import { requireUser } from '@/lib/server/sessions/current-user';
import { listSessions } from '@/lib/server/sessions/list';
import { Claims } from './claims';
import { SessionFacts } from './session-facts';
import { SessionStamp } from './session-stamp';
import { ShortSessionList } from './short-session-list';

/** Who is signed in, by what, and until when. Shows the token's claims, never the token. */
export default async function DashboardPage() {
  const { user, session } = await requireUser('/dashboard');
  const sessions = await listSessions(user.id, session.sid);
  const now = Date.now();
  const { exp, iat, jti, auth_time: authTime } = session;

  return (
    <>
      <PageTitle>Dashboard</PageTitle>
      <h1 className="text-2xl wrap-anywhere">
        {user.name === null ? (
          'You are in'
        ) : (
          <>
            You are in, <bdi>{user.name}</bdi>
          </>
        )}
      </h1>
      <div className="mt-8 grid items-start gap-10 lg:grid-cols-[minmax(0,22rem)_minmax(0,1fr)] lg:gap-16">
        <SessionStamp exp={exp} iat={iat} jti={jti} authTime={authTime} serverNow={now / 1000} />
        <SessionFacts
          user={user}
          session={session}
          expiresAt={sessions.find(({ current }) => current)?.expiresAt ?? null}
          now={now}
        />
      </div>

      <section aria-labelledby="sessions" className="mt-16">
        <div className="flex flex-wrap items-baseline justify-between gap-x-6">
          <h2 id="sessions" className="text-xl">
            Where you are signed in
          </h2>
          <Link href="/account/sessions" className="link inline-flex min-h-11 items-center text-sm">
            Manage sessions
          </Link>
        </div>
        <ShortSessionList sessions={sessions} now={now} />
      </section>

      <Claims claims={session} />
    </>
  );
}
