import type { ReactNode } from 'react';
import { StampMark } from './stamp/mark';

/** A page that is not the one that was asked for: says what happened and how to go on. */
export function DeadEnd({ title, children, ways }: { title: string; children: ReactNode; ways: ReactNode }) {
  return (
    <main id="main" tabIndex={-1} className="page flex grow flex-col items-center justify-center py-16 text-center">
      <StampMark className="size-20 text-edge" />
      <h1 className="mt-6 text-2xl">{title}</h1>
      <div className="mt-3 max-w-md text-ink-soft">{children}</div>
      <div className="mt-8 flex flex-wrap justify-center gap-3">{ways}</div>
    </main>
  );
}
