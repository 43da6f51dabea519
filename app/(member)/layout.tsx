import type { ReactNode } from 'react';
import { MemberHeader } from '@/app/_components/frame/site-header';

/**
 * The frame of the pages behind the door. It guards nothing, because a layout is not rendered again on every navigation:
 * each page asks `requireUser` itself.
 */
export default function MemberLayout({ children }: { children: ReactNode }) {
  return (
    <>
      <MemberHeader />
      <main id="main" tabIndex={-1} className="page grow pt-8 pb-20 sm:pt-12">
        {children}
      </main>
    </>
  );
}
