'use client';

import './globals.css';

/**
 * Stands in for the whole document when the root layout itself could not be made. It is loaded with every page, and so it
 * is short.
 */
export default function GlobalError({ retry }: { error: unknown; retry: () => void }) {
  return (
    <html lang="en">
      <title>That did not work</title>
      <body>
        <main className="page py-16">
          <h1 className="text-2xl">That did not work</h1>
          <p className="my-4">Something went wrong on our side, and nobody was signed out by it.</p>
          <button type="button" className="button button-primary" onClick={retry}>
            Try again
          </button>{' '}
          <a href="/" className="button button-quiet">
            Go to the start page
          </a>
        </main>
      </body>
    </html>
  );
}
