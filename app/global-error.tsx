'use client';

import ErrorPage from './error';
import './globals.css';

/** Stands in for the whole document when the root layout itself could not be made. */
export default function GlobalError(props: { error: unknown; retry: () => void }) {
  return (
    <html lang="en">
      <body>
        <ErrorPage {...props} />
      </body>
    </html>
  );
}
