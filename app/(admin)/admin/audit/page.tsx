import Link from 'next/link';
import { NO_FAULTS } from '@/app/_components/forms/faults';
import { FilterForm } from '@/app/_components/forms/filter-form';
import { type FormQuery, initialFaults, single } from '@/app/_components/forms/initial-faults';
import { SelectField } from '@/app/_components/forms/select-field';
import { TextField } from '@/app/_components/forms/text-field';
import { Notice } from '@/app/_components/frame/notice';
import { AUDIT_PAGE_SIZE, searchAudit } from '@/lib/server/audit/audit-search';
import { readEventId } from '@/lib/server/audit/event-view';
import { EVENT_WORDS } from '@/lib/server/audit/event-words';
import { requireAdmin } from '@/lib/server/sessions/current-user';
import { addressesOf } from '@/lib/server/users/addresses';
import { AdminNav } from '../admin-nav';
import { readAuditQuery } from './audit-query';
import { EventList } from './event-list';
import { ExportForm } from './export-form';

const ANY = ['', 'Any'] as const;

/** What happened, to whom and by whom, newest first. */
export default async function AuditPage({ searchParams }: { searchParams: Promise<FormQuery> }) {
  await requireAdmin('/admin/audit');
  const query = await searchParams;
  const { typed, filter, faults } = await readAuditQuery(query);
  const page =
    filter === null
      ? null
      : await searchAudit(filter, { before: readEventId(single(query['cursor']) ?? ''), limit: AUDIT_PAGE_SIZE });
  const addresses = await addressesOf((page?.events ?? []).flatMap(({ user, actor }) => [user, actor]));
  const { summary } = initialFaults(query, {});
  return (
    <>
      <AdminNav title="Audit log" />
      {summary === null ? null : (
        <div role="alert" className="mb-6">
          <Notice tone="fault">{summary}</Notice>
        </div>
      )}
      <FilterForm
        path="/admin/audit"
        label="Filter the log"
        submitLabel="Filter"
        faults={{ ...NO_FAULTS, fields: faults }}
      >
        <SelectField
          name="type"
          label="Event"
          defaultValue={filter?.type ?? ''}
          options={[ANY, ...Object.entries(EVENT_WORDS)]}
        />
        <TextField
          name="user"
          label="User"
          defaultValue={typed['user'] ?? ''}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          hint="An email address or an id"
        />
        <TextField name="from" label="From" type="datetime-local" defaultValue={typed['from'] ?? ''} hint="In UTC" />
        <TextField name="to" label="To" type="datetime-local" defaultValue={typed['to'] ?? ''} hint="In UTC" />
        {typed['actor'] === undefined ? null : <input type="hidden" name="actor" value={typed['actor']} />}
      </FilterForm>
      {page === null || filter === null ? null : (
        <>
          <EventList events={page.events} addresses={addresses} />
          <div className="mt-6 flex flex-wrap items-center gap-3">
            {page.next === null ? null : (
              <Link
                className="button button-quiet button-small"
                href={{ pathname: '/admin/audit', query: { ...typed, cursor: page.next } }}
              >
                Older
              </Link>
            )}
            <ExportForm filter={filter} />
          </div>
        </>
      )}
    </>
  );
}
