import type { Metadata } from 'next';
import Link from 'next/link';
import { single } from '@/app/_components/forms/initial-faults';
import { requireAdmin } from '@/lib/server/sessions/current-user';
import { listUsers, type UserPage } from '@/lib/server/users/user-list';
import { AdminNav } from '../admin-nav';
import { Pages } from './pages';
import { UsersTable } from './users-table';

/** Asks first: who may not see the page is not told what it would be called. */
export async function generateMetadata(): Promise<Metadata> {
  await requireAdmin('/admin/users');
  return { title: 'Users' };
}

type Query = { readonly [name: string]: string | string[] | undefined };

/** The people who have an account, newest first. */
export default async function UsersPage({ searchParams }: { searchParams: Promise<Query> }) {
  await requireAdmin('/admin/users');
  const { after, before } = await searchParams;
  const page = await listUsers({ after: single(after), before: single(before) });
  return (
    <>
      <AdminNav title="Users" />
      <p className="mt-1 mb-6 text-ink-soft" role="status">
        {summaryOf(page)}
      </p>
      {page.users.length === 0 ? (
        <Link className="link" href="/admin/users">
          Go to the first page
        </Link>
      ) : (
        <UsersTable users={page.users} />
      )}
      <Pages previous={page.previous} next={page.next} />
    </>
  );
}

function summaryOf({ users, previous, next }: UserPage): string {
  if (users.length === 0) return 'The list ends before this page: nobody joined earlier.';
  if (previous !== null) return `${users.length} more, newest first`;
  return next === null ? `All ${users.length}, newest first` : `The newest ${users.length}`;
}
