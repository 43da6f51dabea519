import type { ReactNode } from 'react';
import { StampMark } from '@/app/_components/stamp/mark';

/** What stands in place of the page that was asked for: what happened, and how to go on. For inside a `main`. */
export function MessagePage({ title, children, ways }: { title: string; children: ReactNode; ways: ReactNode }) {
  return (
    <div className="flex grow flex-col items-center justify-center py-16 text-center">
      <StampMark className="size-20 text-edge" />
      <h1 className="mt-6 text-2xl">{title}</h1>
      <div className="mt-3 max-w-md text-ink-soft">{children}</div>
      <div className="mt-8 flex flex-wrap justify-center gap-3">{ways}</div>
    </div>
  );
}
