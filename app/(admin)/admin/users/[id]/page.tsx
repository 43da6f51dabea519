import Link from 'next/link';
import { notFound } from 'next/navigation';
import { type FormQuery, single } from '@/app/_components/forms/initial-faults';
import { readUserId } from '@/lib/server/admin/acting';
import { findPerson } from '@/lib/server/admin/person';
import { requireAdmin } from '@/lib/server/sessions/current-user';
import { findDraft } from '@/lib/server/sessions/drafts';
import { addressesOf } from '@/lib/server/users/addresses';
import { AdminNav } from '../../admin-nav';
import { EventList } from '../../audit/event-list';
import { changePerson } from './actions';
import { PersonActions } from './person-actions';
import { PersonDone } from './person-done';
import { PersonFacts } from './person-facts';
import { SessionList } from './session-list';

type Props = { params: Promise<{ id: string }>; searchParams: Promise<FormQuery> };

const pathOf = (id: string | null): string => (id === null ? '/admin/users' : `/admin/users/${id}`);

/** One person: who they are, where they are signed in, what happened, and what can be done about it. */
export default async function PersonPage({ params, searchParams }: Props) {
  const id = readUserId((await params).id);
  const path = pathOf(id);
  const { user: admin } = await requireAdmin(path);
  const person = id === null ? null : await findPerson(id);
  if (person === null) notFound();
  const { events, factorReset, factors, sessions } = person;
  const addresses = await addressesOf([
    ...events.flatMap(({ user, actor }) => [user, actor]),
    factorReset?.requestedBy ?? null,
  ]);
  const requestedBy = factorReset?.requestedBy ?? null;
  return (
    <>
      <AdminNav title="User" />
      <PersonDone key={single((await searchParams)['done'])} outcome={single((await searchParams)['done'])} />
      <h2 className="mb-4 text-xl">
        <bdi className="wrap-anywhere">{person.name ?? person.email}</bdi>
      </h2>
      <PersonFacts
        person={person}
        requestedBy={requestedBy === null ? null : (addresses[requestedBy] ?? requestedBy)}
      />
      <section aria-labelledby="actions" className="mt-10">
        <h2 id="actions" className="mb-4 text-xl">
          What can be done
        </h2>
        <PersonActions
          action={changePerson.bind(null, person.id)}
          adminEmail={admin.email}
          isOwn={person.id === admin.id}
          role={person.role}
          isDisabled={person.disabledAt !== null}
          hasFactor={factors.totp || factors.passkeys > 0}
          isResetOpen={factorReset !== null}
          typedReason={(await findDraft(path))?.['reason'] ?? ''}
        />
      </section>
      <section aria-labelledby="devices" className="mt-10">
        <h2 id="devices" className="mb-4 text-xl">
          Devices
        </h2>
        <SessionList sessions={sessions} />
      </section>
      <section aria-labelledby="events" className="mt-10">
        <h2 id="events" className="mb-4 text-xl">
          Recent events
        </h2>
        <EventList events={events} addresses={addresses} about={person.id} />
        <p className="mt-4 flex flex-wrap gap-x-6 gap-y-2">
          <Link className="link inline-flex min-h-11 items-center" href={`/admin/audit?user=${person.id}`}>
            All events of this account
          </Link>
          <Link className="link inline-flex min-h-11 items-center" href={`/admin/audit?actor=${person.id}`}>
            What this person did to others
          </Link>
        </p>
      </section>
    </>
  );
}
