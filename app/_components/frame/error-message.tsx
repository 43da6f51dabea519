'use client';

import { PageTitle } from '@/app/_components/frame/page-title';
import { MessagePage } from './message-page';

/** What Next gives to an error page. */
export type ErrorPageProps = { error: unknown; retry: () => void };

/**
 * In place of a page, or of what stands in its frame, that could not be made. The digest leads to the line in the server's
 * log. For inside a `main`.
 *
 * A server that was replaced by a newer one while the page was open does not know what the page asks of it. That is told
 * by the name which Next gives the error: `unstable_isUnrecognizedActionError` comes with all of next/navigation, which
 * every first visit would load, because this page is loaded with each other one.
 */
export function ErrorMessage({ error, retry }: ErrorPageProps) {
  const { name, digest }: { name?: unknown; digest?: unknown } = error instanceof Error ? error : {};
  const isOld = name === 'UnrecognizedActionError';
  const title = isOld ? 'This page is older than the server' : 'That did not work';
  return (
    <MessagePage
      title={title}
      ways={
        <>
          <button
            type="button"
            className="needs-scripts button button-primary"
            onClick={isOld ? () => location.reload() : retry}
          >
            {isOld ? 'Reload it' : 'Try again'}
          </button>
          <a href="/" className="button button-quiet">
            Go to the start page
          </a>
        </>
      }
    >
      <PageTitle>{isOld ? title : 'Something went wrong'}</PageTitle>
      <p>
        {isOld
          ? 'The site was updated while this page was open, and nothing was changed. What you typed is kept.'
          : 'Something went wrong on our side, and nobody was signed out by it. Trying again may already help.'}
      </p>
      {typeof digest === 'string' ? (
        <p className="mt-2 text-sm">
          Reference <code>{digest}</code>
        </p>
      ) : null}
    </MessagePage>
  );
}
