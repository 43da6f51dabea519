'use client';

import { type ReactNode, useEffect, useRef } from 'react';

/** The heading of what came in place of something that had the focus: it takes it over, and so is heard. */
export function FocusedHeading({ id, children }: { id: string; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <h2 id={id} ref={heading} tabIndex={-1} className="text-xl">
      {children}
    </h2>
  );
}
