import { headers } from 'next/headers';
import type { ReactNode } from 'react';
import { MemberHeader } from '@/app/_components/frame/site-header';
import { ourCookie } from '@/lib/server/http/cookies';
import { sessionIfKnown } from '@/lib/server/sessions/session-if-known';
import { PasskeyInvitation } from './passkey-invitation';

/**
 * The frame of the pages behind the door. It guards nothing, because a layout is not rendered again on every navigation:
 * each page asks `requireUser` itself.
 */
export default async function MemberLayout({ children }: { children: ReactNode }) {
  const session = await sessionIfKnown();
  const invited = await ourCookie(await headers(), 'invitation');
  return (
    <>
      <MemberHeader />
      <main id="main" tabIndex={-1} className="page grow pt-8 pb-20 sm:pt-12">
        <PasskeyInvitation isWaiting={session !== null && invited === session.sub} />
        {children}
      </main>
    </>
  );
}
