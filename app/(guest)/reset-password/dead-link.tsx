import { Ticket } from '@/app/_components/frame/ticket';

/** In place of the form, when the link opens nothing. `isMissing`: there was none, as after a reload. */
export function DeadLink({ isMissing }: { isMissing: boolean }) {
  return (
    <Ticket>
      <h1 className="mb-2 text-2xl">{isMissing ? 'Open the link once more' : 'This link is not valid any more'}</h1>
      <p className="mb-6 text-sm text-ink-soft">
        {isMissing
          ? 'This page needs the link from the mail, which the address does not keep. Open it there again, or ask for another.'
          : 'It was used, another link to a new password was, or it is older than half an hour.'}
      </p>
      <div className="flex flex-wrap gap-3">
        <a className="button button-primary" href="/forgot-password">
          Ask for a new link
        </a>
        <a className="button button-quiet" href="/login">
          Sign in
        </a>
      </div>
    </Ticket>
  );
}
