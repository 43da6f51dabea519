'use client';

import { useEffect, useRef } from 'react';
import { Notice } from '@/app/_components/frame/notice';

/** A map and not an object, which would also answer to `constructor`: strangers can write the query. */
const TEXTS: ReadonlyMap<string, string> = new Map([
  ['one', 'The session was ended. Whoever used it has to sign in again.'],
  ['others', 'All other sessions were ended. This is the only one left.'],
  ['renamed', 'The session has its new name.'],
  ['gone', 'That session had already ended.'],
]);

/**
 * Says what an action did. It takes the focus, because the button that had it is gone together with its session, and
 * because that makes it heard. An unknown `outcome` says nothing.
 */
export function OutcomeNotice({ outcome }: { outcome: string | undefined }) {
  const ref = useRef<HTMLDivElement>(null);
  const text = outcome === undefined ? undefined : TEXTS.get(outcome);

  useEffect(() => {
    if (text !== undefined) ref.current?.focus();
  }, [text]);

  if (text === undefined) return null;
  return (
    <div ref={ref} tabIndex={-1} role="status" className="mb-5">
      <Notice tone="calm">{text}</Notice>
    </div>
  );
}
