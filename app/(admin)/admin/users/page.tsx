import type { Metadata } from 'next';
import Link from 'next/link';
import { single } from '@/app/_components/forms/initial-faults';
import { requireAdmin } from '@/lib/server/sessions/current-user';
import { listUsers, USERS_PAGE_SIZE } from '@/lib/server/users/user-store';
import { AdminNav } from '../admin-nav';
import { Pages } from './pages';
import { UsersTable } from './users-table';

export const metadata: Metadata = { title: 'Users' };

type Query = { readonly [name: string]: string | string[] | undefined };

/** The people who have an account, newest first. */
export default async function UsersPage({ searchParams }: { searchParams: Promise<Query> }) {
  await requireAdmin('/admin/users');
  const page = pageNumber(single((await searchParams)['page']));
  const { users, total } = await listUsers({ page });
  const first = (page - 1) * USERS_PAGE_SIZE + 1;
  return (
    <>
      <AdminNav />
      <h1 className="text-2xl">Users</h1>
      <p className="mt-1 mb-6 text-ink-soft" role="status">
        {users.length === 0
          ? `No users on this page; ${total} in all.`
          : `${first} to ${first + users.length - 1} of ${total}, newest first`}
      </p>
      {users.length === 0 ? (
        <Link className="link" href="/admin/users">
          Go to the first page
        </Link>
      ) : (
        <UsersTable users={users} />
      )}
      <Pages page={page} last={Math.max(1, Math.ceil(total / USERS_PAGE_SIZE))} />
    </>
  );
}

const MAX_PAGE = 1_000_000;

/** A page from the query, 1 for anything that is none. */
function pageNumber(text: string | undefined): number {
  const page = /^[1-9]\d{0,6}$/.test(text ?? '') ? Number(text) : 1;
  return Math.min(page, MAX_PAGE);
}
