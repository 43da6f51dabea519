import { redirect } from 'next/navigation';
import { requireAdmin } from '@/lib/server/sessions/current-user';

/** The admin pages begin with the list of users. */
export default async function AdminPage() {
  await requireAdmin('/admin');
  redirect('/admin/users');
}
