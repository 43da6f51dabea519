import type { Metadata } from 'next';
import { sessionIfKnown } from '@/lib/server/sessions/session-if-known';
import { NothingHere } from './_components/frame/nothing-here';
import { MemberHeader, VisitorHeader } from './_components/frame/site-header';

export const metadata: Metadata = { title: 'Not found' };

/** No such page at all, under the header that this visitor has elsewhere. Layouts with a `main` have a not-found of their own. */
export default async function NotFound() {
  const session = await sessionIfKnown();
  return (
    <>
      {session === null ? <VisitorHeader isSignedIn={false} /> : <MemberHeader />}
      <main id="main" tabIndex={-1} className="page flex grow flex-col">
        <NothingHere isSignedIn={session !== null} />
      </main>
    </>
  );
}
