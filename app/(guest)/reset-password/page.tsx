import { type FormQuery, initialFaults, single } from '@/app/_components/forms/initial-faults';
import { PageTitle } from '@/app/_components/frame/page-title';
import { Ticket } from '@/app/_components/frame/ticket';
import { env } from '@/lib/server/config/env';
import { viewLink } from '@/lib/server/recovery/link-view';
import { newPasswordTexts } from '@/lib/server/routes/request-schemas';
import { DeadLink } from '../dead-link';
import { ResetForm } from './reset-form';

/**
 * Where the mailed link leads. Opening it changes nothing, because scanners of mail open links too. The address forgets the
 * token as soon as the page is there, so that no history, screenshot or bookmark keeps it.
 */
export default async function ResetPasswordPage({ searchParams }: { searchParams: Promise<FormQuery> }) {
  const query = await searchParams;
  const token = single(query['token']) ?? '';
  const view = await viewLink(token, ['reset']);
  if (view.state === 'dead') {
    return (
      <DeadLink page="Choose a new password" isMissing={token === ''}>
        It was used, another link to a new password was, or it is older than half an hour.
      </DeadLink>
    );
  }

  const { passwordMinLength } = env();
  const texts = { password: newPasswordTexts(passwordMinLength) };
  const stub = (
    <p className="text-sm text-ink-soft">
      The link does not work?{' '}
      <a className="link" href="/forgot-password">
        Ask for a new one
      </a>
    </p>
  );
  return (
    <Ticket stub={stub}>
      <PageTitle>Choose a new password</PageTitle>
      <h1 className="mb-2 text-2xl">Choose a new password</h1>
      <p className="mb-6 text-sm text-ink-soft">
        {view.state === 'open' ? (
          <>
            For <bdi className="font-semibold text-ink wrap-anywhere">{view.link.email}</bdi>. Every device that is
            signed in now will be signed out.
          </>
        ) : (
          'Every device that is signed in now will be signed out.'
        )}
      </p>
      <ResetForm
        token={token}
        email={view.state === 'open' ? view.link.email : null}
        initial={initialFaults(query, texts)}
        passwordMinLength={passwordMinLength}
      />
    </Ticket>
  );
}
