import type { ReactNode } from 'react';
import { MemberHeader } from '@/app/_components/frame/site-header';
import { SessionWatcher } from '@/app/_components/session/session-watcher';
import { sessionIfKnown } from '@/lib/server/sessions/session-if-known';

/**
 * The frame of the pages behind the door. It guards nothing, because a layout is not rendered again on every navigation:
 * each page asks `requireUser` itself.
 */
export default async function MemberLayout({ children }: { children: ReactNode }) {
  const session = await sessionIfKnown();
  return (
    <>
      {session === null ? null : <SessionWatcher sub={session.sub} sid={session.sid} />}
      <MemberHeader session={session} />
      <main id="main" tabIndex={-1} className="page grow pt-8 pb-20 sm:pt-12">
        {children}
      </main>
    </>
  );
}
