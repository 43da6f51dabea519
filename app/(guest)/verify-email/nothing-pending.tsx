import { PageTitle } from '@/app/_components/frame/page-title';
import { Ticket } from '@/app/_components/frame/ticket';
import { withNext } from '@/lib/core/http/safe-redirect';

/** In place of the field for a code, when this browser waits for none. */
export function NothingPending({ next, isSignedIn }: { next: string; isSignedIn: boolean }) {
  return (
    <Ticket>
      <PageTitle>Enter your code</PageTitle>
      <h1 className="mb-2 text-2xl">There is no code to enter</h1>
      <p className="mb-6 text-sm text-ink-soft">
        {isSignedIn
          ? 'You are signed in, so there is nothing left to confirm.'
          : 'This browser is not creating an account at the moment: it is done, or the ten minutes for its code are over.'}
      </p>
      <div className="flex flex-wrap gap-3">
        {isSignedIn ? (
          <a className="button button-primary" href={next}>
            Go on
          </a>
        ) : (
          <>
            <a className="button button-primary" href={withNext('/register', next)}>
              Create account
            </a>
            <a className="button button-quiet" href={withNext('/login', next)}>
              Sign in
            </a>
          </>
        )}
      </div>
    </Ticket>
  );
}
