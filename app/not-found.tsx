import { sessionIfKnown } from '@/lib/server/sessions/session-if-known';
import { NothingHere } from './_components/frame/nothing-here';
import { MemberHeader } from './_components/frame/site-header';
import { Wordmark } from './_components/frame/wordmark';

/**
 * No such page at all, under the header of those who are signed in, or the mark alone: every page brings this one along.
 * Layouts with a `main` of their own have a not-found of their own.
 */
export default async function NotFound() {
  const isSignedIn = (await sessionIfKnown()) !== null;
  return (
    <>
      {isSignedIn ? (
        <MemberHeader />
      ) : (
        <header className="page py-3 sm:py-5">
          <Wordmark />
        </header>
      )}
      <main id="main" tabIndex={-1} className="page flex grow flex-col">
        <NothingHere isSignedIn={isSignedIn} />
      </main>
    </>
  );
}
