import type { ReactNode } from 'react';
import { type FormQuery, initialFaults, single } from '@/app/_components/forms/initial-faults';
import { PageTitle } from '@/app/_components/frame/page-title';
import { Ticket } from '@/app/_components/frame/ticket';
import { viewLink } from '@/lib/server/recovery/link-view';
import { type LinkPurpose, UNDO_PURPOSES } from '@/lib/server/recovery/live-link';
import { DeadLink } from '../dead-link';
import { UndoForm } from './undo-form';

/** What a link takes back, in its words; while the database does not say which it is, those that hold for each. */
const WORDS: Partial<
  Record<LinkPurpose, { title: string; submitLabel: string; happened: (address: ReactNode) => ReactNode }>
> = {
  undo_email: {
    title: 'Undo the change of address?',
    submitLabel: 'Undo the change',
    happened: (address) => <>The account of {address} was given another email address. This takes it back:</>,
  },
  stop_reset: {
    title: 'Stop the reset?',
    submitLabel: 'Stop the reset',
    happened: (address) => <>All second factors of {address} are to be removed. This stops it:</>,
  },
  keep_account: {
    title: 'Keep your account?',
    submitLabel: 'Keep my account',
    happened: (address) => <>The account of {address} is to be deleted. This keeps it:</>,
  },
};
const NOT_ME = {
  title: 'Was it not you?',
  submitLabel: 'It was not me',
  happened: (address: ReactNode) => <>If somebody else used or changed {address}, this takes it back:</>,
};

/**
 * Where links lead that take a change back. Opening one changes nothing, because scanners of mail open links too: the page
 * says what would happen, and a button does it.
 */
export default async function UndoPage({ searchParams }: { searchParams: Promise<FormQuery> }) {
  const query = await searchParams;
  const token = single(query['token']) ?? '';
  const view = await viewLink(token, UNDO_PURPOSES);
  if (view.state === 'dead') {
    return (
      <DeadLink page="Take a change back" isMissing={token === ''}>
        It was used, an older one was, or it is too old.
      </DeadLink>
    );
  }
  const link = view.state === 'open' ? view.link : null;
  const { title, submitLabel, happened } = (link === null ? undefined : WORDS[link.purpose]) ?? NOT_ME;
  const address =
    link === null ? 'your account' : <bdi className="font-semibold text-ink wrap-anywhere">{link.address}</bdi>;
  const kind = link?.purpose === 'stop_reset' || link?.purpose === 'keep_account' ? link.purpose : null;
  const isMoved = link !== null && link.email !== link.address;
  const stub = (
    <p className="text-sm text-ink-soft">
      {kind === 'keep_account' ? 'You want it deleted?' : 'It was you?'} Then there is nothing to do, and you may close
      this page.
    </p>
  );
  return (
    <Ticket stub={stub}>
      <PageTitle>Take a change back</PageTitle>
      <h1 className="mb-2 text-2xl">{title}</h1>
      <p className="mb-4 text-sm text-ink-soft">{happened(address)}</p>
      <ul className="mb-6 list-disc ps-5 text-sm text-ink-soft">
        <WhatHappens kind={kind} isMoved={isMoved} />
      </ul>
      <UndoForm token={token} kind={kind} submitLabel={submitLabel} initial={initialFaults(query, {})} />
    </Ticket>
  );
}

/** What happens to the account, by what the link is for: null for somebody who did not make a change. */
function WhatHappens({ kind, isMoved }: { kind: LinkPurpose | null; isMoved: boolean }) {
  if (kind === 'stop_reset') {
    return <li>Your second factors and recovery codes stay as they are. Nothing else changes.</li>;
  }
  if (kind === 'keep_account') {
    return (
      <>
        <li>Nothing of it is lost. You sign in again as before.</li>
        <li>If it was somebody else who wanted it deleted, choose a new password then: they may know yours.</li>
      </>
    );
  }
  return (
    <>
      {isMoved ? <li>The account has this email address again.</li> : null}
      <li>The password is deleted, so that nobody can sign in with it.</li>
      <li>Second factors that were added since are removed. Older ones stay.</li>
      <li>Every device is signed out.</li>
      <li>You get a mail with a link to choose a new password.</li>
    </>
  );
}
