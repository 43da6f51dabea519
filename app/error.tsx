'use client';

import { ErrorMessage, type ErrorPageProps } from './_components/frame/error-message';

/** A page that could not be made, with mark and way home. Pages behind the door have one that keeps their frame. */
export default function ErrorPage(props: ErrorPageProps) {
  return (
    <main id="main" tabIndex={-1} className="page flex grow flex-col">
      <ErrorMessage {...props} />
    </main>
  );
}
