import type { Metadata } from 'next';
import { NothingHere } from '@/app/_components/frame/nothing-here';

export const metadata: Metadata = { title: 'Not found' };

/** Inside the frame of the signed-in pages, which has the `main`. */
export default function NotFound() {
  return <NothingHere />;
}
