import type { ReactNode } from 'react';
import { VisitorHeader } from '@/app/_components/frame/site-header';
import { sessionIfKnown } from '@/lib/server/sessions/session-if-known';

/** The pages in front of the door. */
export default async function PublicLayout({ children }: { children: ReactNode }) {
  return (
    <>
      <VisitorHeader isSignedIn={(await sessionIfKnown()) !== null} />
      <main id="main" tabIndex={-1} className="page grow pb-20">
        {children}
      </main>
      <footer className="border-t border-hairline">
        <p className="page py-7 text-sm text-ink-soft">
          All that it takes to check a stamp is public: the{' '}
          <a className="link" href="/.well-known/jwks.json">
            key set
          </a>{' '}
          and the list of stamps taken back.
        </p>
      </footer>
    </>
  );
}
