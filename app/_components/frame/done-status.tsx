'use client';

import { useEffect, useRef } from 'react';
import { askSession } from '@/app/_components/session/fetch-with-session';
import { tellOtherTabs } from '@/app/_components/session/session-channel';
import { Notice } from './notice';

/** What became of a change, in words. */
export type Done = { readonly tone: 'calm' | 'fault'; readonly text: string };

/**
 * Says what became of a change. The session may have a successor, so other tabs are told, and this page learns of it. It
 * takes the focus, because the form that had it is gone, and because that makes it heard. The address forgets it.
 */
export function DoneStatus({ done }: { done: Done | undefined }) {
  const ref = useRef<HTMLDivElement>(null);
  const isDone = done !== undefined;

  useEffect(() => {
    if (!isDone) return;
    ref.current?.focus();
    tellOtherTabs('stepped-up');
    void askSession();
    history.replaceState(null, '', location.pathname);
  }, [isDone]);

  if (done === undefined) return null;
  return (
    <div ref={ref} tabIndex={-1} role="status" className="mb-5">
      <Notice tone={done.tone}>{done.text}</Notice>
    </div>
  );
}
