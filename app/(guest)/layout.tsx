import type { ReactNode } from 'react';
import { Wordmark } from '@/app/_components/frame/wordmark';

/** The pages at the door: one narrow column with the ticket on it. */
export default function GuestLayout({ children }: { children: ReactNode }) {
  return (
    <>
      <header className="page py-3 sm:py-5">
        <Wordmark />
      </header>
      <main
        id="main"
        tabIndex={-1}
        className="page flex grow flex-col items-center pt-6 pb-20 sm:justify-center sm:pt-10"
      >
        <div className="w-full max-w-md">{children}</div>
      </main>
    </>
  );
}
