import type { Metadata } from 'next';
import { type FormQuery, initialFaults, single } from '@/app/_components/forms/initial-faults';
import { Ticket } from '@/app/_components/frame/ticket';
import { viewLink } from '@/lib/server/recovery/link-view';
import { DeadLink } from '../dead-link';
import { UndoForm } from './undo-form';

export const metadata: Metadata = { title: 'Take a change back' };

/**
 * Where "It was not me" of a mail leads. Opening it changes nothing, because scanners of mail open links too: the page says
 * what would happen, and a button does it.
 */
export default async function UndoPage({ searchParams }: { searchParams: Promise<FormQuery> }) {
  const query = await searchParams;
  const token = single(query['token']) ?? '';
  const link = await viewLink(token, 'not_me');
  if (link.state === 'dead') {
    return <DeadLink isMissing={token === ''}>It was used, or it is older than three days.</DeadLink>;
  }
  const stub = (
    <p className="text-sm text-ink-soft">It was you? Then there is nothing to do, and you may close this page.</p>
  );
  return (
    <Ticket stub={stub}>
      <h1 className="mb-2 text-2xl">Was it not you?</h1>
      <p className="mb-4 text-sm text-ink-soft">
        The password of{' '}
        {link.state === 'open' ? (
          <bdi className="font-semibold text-ink wrap-anywhere">{link.email}</bdi>
        ) : (
          'your account'
        )}{' '}
        was changed. If that was somebody else, this takes it back:
      </p>
      <ul className="mb-6 list-disc ps-5 text-sm text-ink-soft">
        <li>The password is deleted, so that nobody can sign in with it.</li>
        <li>Every device is signed out.</li>
        <li>You get a mail with a link to choose a new password.</li>
      </ul>
      <UndoForm token={token} initial={initialFaults(query, {})} />
    </Ticket>
  );
}
