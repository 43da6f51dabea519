import { notFound } from 'next/navigation';
import { requireUser } from '@/lib/server/sessions/current-user';

/** Any other address below: there is nothing, said inside the frame. */
export default async function NothingBelow() {
  await requireUser('/account');
  notFound();
}
