'use client';

import { ErrorMessage, type ErrorPageProps } from './_components/frame/error-message';
import { Wordmark } from './_components/frame/wordmark';

/** A page that could not be made, with mark and way home. Pages behind the door have one that keeps their frame. */
export default function ErrorPage(props: ErrorPageProps) {
  return (
    <>
      <header className="page py-3 sm:py-5">
        <Wordmark />
      </header>
      <main id="main" tabIndex={-1} className="page flex grow flex-col">
        <ErrorMessage {...props} />
      </main>
    </>
  );
}
