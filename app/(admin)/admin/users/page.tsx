import Link from 'next/link';
import { NO_FAULTS } from '@/app/_components/forms/faults';
import { FilterForm } from '@/app/_components/forms/filter-form';
import { type FormQuery, single } from '@/app/_components/forms/initial-faults';
import { SelectField } from '@/app/_components/forms/select-field';
import { TextField } from '@/app/_components/forms/text-field';
import { ROLE_NAMES } from '@/app/_components/frame/role-names';
import { ROLES } from '@/lib/core/token/claims';
import { readFilter, usersQuery } from '@/lib/server/routes/admin-schemas';
import { requireAdmin } from '@/lib/server/sessions/current-user';
import { listUsers, type UserPage } from '@/lib/server/users/user-list';
import { AdminNav } from '../admin-nav';
import { Pages } from './pages';
import { UsersTable } from './users-table';

const NAMES = ['search', 'role', 'disabled'] as const;

/** The people who have an account, newest first, or those whom an admin searches for. */
export default async function UsersPage({ searchParams }: { searchParams: Promise<FormQuery> }) {
  await requireAdmin('/admin/users');
  const query = await searchParams;
  const asked = readFilter(usersQuery, query, NAMES);
  const { search, role, disabled: isDisabled } = asked.value ?? { search: null, role: null, disabled: null };
  const page =
    asked.value === null
      ? null
      : await listUsers({ search, role, isDisabled, after: single(query['after']), before: single(query['before']) });
  const isFiltered = Object.keys(asked.typed).length > 0;
  return (
    <>
      <AdminNav title="Users" />
      <FilterForm
        path="/admin/users"
        label="Search users"
        submitLabel="Search"
        faults={asked.value === null ? { ...NO_FAULTS, fields: asked.faults } : NO_FAULTS}
      >
        <TextField
          name="search"
          label="Search by email"
          type="search"
          defaultValue={asked.typed['search'] ?? ''}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          hint="The beginning of an address, or an id"
        />
        <SelectField
          name="role"
          label="Role"
          defaultValue={role ?? ''}
          options={[['', 'Any'], ...ROLES.map((one) => [one, ROLE_NAMES[one]] as const)]}
        />
        <SelectField
          name="disabled"
          label="Account"
          defaultValue={isDisabled === null ? '' : String(isDisabled)}
          options={[
            ['', 'Any'],
            ['false', 'Enabled'],
            ['true', 'Disabled'],
          ]}
        />
      </FilterForm>
      {page === null ? null : (
        <>
          <p className="mt-1 mb-6 text-ink-soft" role="status">
            {isFiltered ? foundOf(page) : summaryOf(page)}
          </p>
          {page.users.length === 0 ? (
            <Link className="link" href="/admin/users">
              {isFiltered && page.previous === null ? 'Show everybody' : 'Go to the first page'}
            </Link>
          ) : (
            <UsersTable users={page.users} />
          )}
          <Pages previous={page.previous} next={page.next} filter={asked.typed} />
        </>
      )}
    </>
  );
}

function summaryOf({ users, previous, next }: UserPage): string {
  if (users.length === 0) return 'The list ends before this page: nobody joined earlier.';
  if (previous !== null) return `${users.length} more, newest first`;
  return next === null ? `All ${users.length}, newest first` : `The newest ${users.length}`;
}

function foundOf({ users, previous, next }: UserPage): string {
  if (users.length === 0) return previous === null ? 'Nobody is found by this.' : 'The list ends before this page.';
  if (previous !== null) return `${users.length} more found`;
  return next === null ? `${users.length} found` : `The first ${users.length} that are found`;
}
