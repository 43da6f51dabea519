import type { Metadata } from 'next';
import { NothingHere } from './_components/frame/nothing-here';

export const metadata: Metadata = { title: 'Not found' };

/** No such page at all. Layouts with a `main` of their own have a not-found of their own. */
export default function NotFound() {
  return (
    <main id="main" tabIndex={-1} className="page flex grow flex-col">
      <NothingHere />
    </main>
  );
}
