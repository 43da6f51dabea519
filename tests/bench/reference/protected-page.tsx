import { redirect } from 'next/navigation';
import { findSession } from '@/lib/server/sessions/current-user';
import { FactsList } from './facts-list';

/** As a page of the product is written that shows no more than the session. */
export default async function ProtectedPage() {
  const session = await findSession();
  if (session === null) redirect('/login');
  return <FactsList claims={session} />;
}
