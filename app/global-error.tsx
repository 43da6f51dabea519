'use client';

import type { ErrorPageProps } from './_components/frame/error-message';
import ErrorPage from './error';
import './globals.css';

/** Stands in for the whole document when the root layout itself could not be made. */
export default function GlobalError(props: ErrorPageProps) {
  return (
    <html lang="en">
      <body>
        <ErrorPage {...props} />
      </body>
    </html>
  );
}
