import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { requireUser } from '@/lib/server/sessions/current-user';

export const metadata: Metadata = { title: 'Not found' };

/** Any other address below: there is nothing, said inside the frame. */
export default async function NothingBelow() {
  await requireUser('/dashboard');
  notFound();
}
