import { headers } from 'next/headers';
import type { ReactNode } from 'react';
import { MemberHeader } from '@/app/_components/frame/site-header';
import { ourCookie } from '@/lib/server/http/cookies';
import { sessionIfKnown } from '@/lib/server/sessions/session-if-known';
import { isInvitationLeft } from '@/lib/server/users/passkey-invitation';
import { PasskeyInvitation } from './passkey-invitation';

/**
 * The frame of the pages behind the door. It guards nothing, because a layout is not rendered again on every navigation:
 * each page asks `requireUser` itself.
 */
export default async function MemberLayout({ children }: { children: ReactNode }) {
  return (
    <>
      <MemberHeader />
      <main id="main" tabIndex={-1} className="page grow pt-8 pb-20 sm:pt-12">
        <PasskeyInvitation isWaiting={await isInvited()} />
        {children}
      </main>
    </>
  );
}

/** Whether the person is to be offered a passkey. Only a browser that just signed in costs a statement. */
async function isInvited(): Promise<boolean> {
  const invited = await ourCookie(await headers(), 'invitation');
  if (invited === null || invited !== (await sessionIfKnown())?.sub) return false;
  // Without a database the page fails by itself, and its frame stays.
  return isInvitationLeft(invited).catch(() => false);
}
