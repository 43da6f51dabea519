import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { requireAdmin } from '@/lib/server/sessions/current-user';

/** Seen only by those for whom there is no such page. */
export const metadata: Metadata = { title: 'Not found' };

/** The admin pages begin with the list of users. */
export default async function AdminPage() {
  await requireAdmin('/admin');
  redirect('/admin/users');
}
