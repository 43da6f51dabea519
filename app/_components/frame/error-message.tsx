'use client';

import { unstable_isUnrecognizedActionError } from 'next/navigation';
import { SITE } from '@/site';
import { MessagePage } from './message-page';

/** What Next gives to an error page. */
export type ErrorPageProps = { error: unknown; retry: () => void };

/**
 * In place of a page, or of what stands in its frame, that could not be made. The digest leads to the line in the server's
 * log. For inside a `main`.
 */
export function ErrorMessage({ error, retry }: ErrorPageProps) {
  if (unstable_isUnrecognizedActionError(error)) return <OlderThanServer />;
  const digest = error instanceof Error && 'digest' in error && typeof error.digest === 'string' ? error.digest : null;
  return (
    <MessagePage
      title="That did not work"
      ways={
        <>
          <button type="button" className="needs-scripts button button-primary" onClick={retry}>
            Try again
          </button>
          <StartPage />
        </>
      }
    >
      <title>{`Something went wrong · ${SITE.name}`}</title>
      <p>Something went wrong on our side, and nobody was signed out by it. Trying again may already help.</p>
      {digest === null ? null : (
        <p className="mt-2 text-sm">
          Reference <code>{digest}</code>
        </p>
      )}
    </MessagePage>
  );
}

/** The server was replaced by a newer one while the page was open, and does not know what the page asks of it. */
function OlderThanServer() {
  return (
    <MessagePage
      title="This page is older than the server"
      ways={
        <>
          <button type="button" className="button button-primary" onClick={() => location.reload()}>
            Reload it
          </button>
          <StartPage />
        </>
      }
    >
      <title>{`Reload this page · ${SITE.name}`}</title>
      <p>The site was updated while this page was open, and nothing was changed. What you typed is kept.</p>
    </MessagePage>
  );
}

function StartPage() {
  return (
    <a href="/" className="button button-quiet">
      Go to the start page
    </a>
  );
}
