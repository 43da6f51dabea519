'use client';

import { SITE } from '@/site';
import { MessagePage } from './_components/frame/message-page';

type Props = { error: unknown; retry: () => void };

/** A page that could not be made. The digest leads to the line in the server's log. */
export default function ErrorPage({ error, retry }: Props) {
  const digest = error instanceof Error && 'digest' in error && typeof error.digest === 'string' ? error.digest : null;
  return (
    <main id="main" tabIndex={-1} className="page flex grow flex-col">
      <MessagePage
        title="That did not work"
        ways={
          <>
            <button type="button" className="needs-scripts button button-primary" onClick={retry}>
              Try again
            </button>
            <a href="/" className="button button-quiet">
              Go to the start page
            </a>
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
    </main>
  );
}
