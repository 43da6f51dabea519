import type { ReactNode } from 'react';
import { PageTitle } from '@/app/_components/frame/page-title';
import { Ticket } from '@/app/_components/frame/ticket';

type Props = { page: string; isMissing: boolean; children: ReactNode };

/** In place of what a mailed link opens, when it opens nothing: `page` is what it opens else, `children` say why. `isMissing`: there was none, as after a reload. */
export function DeadLink({ page, isMissing, children }: Props) {
  return (
    <Ticket>
      <PageTitle>{page}</PageTitle>
      <h1 className="mb-2 text-2xl">{isMissing ? 'Open the link once more' : 'This link is not valid any more'}</h1>
      <p className="mb-6 text-sm text-ink-soft">
        {isMissing
          ? 'This page needs the link from the mail, which the address does not keep. Open it there again.'
          : children}
      </p>
      <div className="flex flex-wrap gap-3">
        <a className="button button-primary" href="/forgot-password">
          Ask for a new password
        </a>
        <a className="button button-quiet" href="/login">
          Sign in
        </a>
      </div>
    </Ticket>
  );
}
